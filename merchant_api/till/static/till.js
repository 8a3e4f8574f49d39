/* What a page cannot do by itself: keep the token of a scanned card out of every place but this script, and ask again,
   with the same key, when the connection was lost. Everything else works without it. */
"use strict";
(() => {
  const TOKEN = /^[A-Za-z0-9_-]{22}$/;
  const LONGEST_ANSWER_MS = 15000;
  const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
  let token = "";
  let shownAt = location.pathname;

  const main = () => document.getElementById("main");
  const said = (name) => main().dataset[name];
  const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

  /* The camera of a phone opens the link of the card, and the token stands behind its #. */
  function takeFromAddress() {
    const found = location.hash.slice(1);
    if (TOKEN.test(found)) {
      token = found;
      history.replaceState(null, "", location.pathname);
    }
  }

  /* A scanner at a desk types the link into the field, and ends it with Enter. */
  function takeFromField(field) {
    const found = field.value.trim().split("#").pop();
    if (!TOKEN.test(found)) return false;
    token = found;
    field.value = "";
    return true;
  }

  /* What was refused is not asked of the next card: a scanner ends with Enter, and would ask for it at once. */
  function forgetTheLast(form) {
    const no = document.querySelector(".answer.no");
    if (!no || form.dataset.pays === undefined) return;
    no.remove();
    for (const one of form.querySelectorAll("#amount, #offer, #reference")) one.value = "";
    needAmount();
  }

  function showCard() {
    const place = document.querySelector("[data-card-field]");
    if (!place || !token) return;
    forgetTheLast(place.closest("form"));
    place.hidden = true;
    place.querySelector("input").required = false;
    if (!document.querySelector(".scanned")) {
      const shown = document.createElement("p");
      shown.className = "scanned";
      shown.setAttribute("role", "status");
      shown.textContent = said("scanned");
      place.before(shown);
    }
    after(place).focus();
  }

  /* With an offer nothing has to be paid. Without one a scanner that ends with Enter must not send an empty amount. */
  function needAmount() {
    const offer = document.getElementById("offer");
    if (offer) document.getElementById("amount").required = !offer.value;
  }
  /* What is typed once the card is known. */
  const after = (place) => document.getElementById(place.dataset.cardField);

  function tell(form, words) {
    let place = form.querySelector(".waiting");
    if (!place) {
      place = document.createElement("p");
      place.className = "waiting";
      place.setAttribute("role", "status");
      form.append(place);
    }
    place.textContent = words;
  }

  /* A form that says what to tell when nobody knows what became of it is asked once, whatever the answer. */
  const isAskedOnce = (form) => form.dataset.unsure !== undefined;

  async function ask(form, body) {
    const sent = form.method === "get" ? {} : { method: "POST", body };
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), LONGEST_ANSWER_MS);
    try {
      const answer = await fetch(form.action, { ...sent, signal: stop.signal, credentials: "same-origin" });
      return answer.status >= 500 && !isAskedOnce(form) ? null : { address: answer.url, page: await answer.text() };
    } catch {
      return null;
    } finally {
      clearTimeout(clock);
    }
  }

  /* A key that was sent is sent again until somebody answers: it is booked once, however often it is asked. */
  async function askPatiently(form, body) {
    for (const milliseconds of PAUSES_MS) {
      const answer = await ask(form, body);
      if (answer) return answer;
      tell(form, said("lost"));
      await pause(milliseconds);
    }
    return ask(form, body);
  }

  /* What the address bar says: of a page that is asked for by a form alone, the one that the form stands on. */
  function placeOf(path) {
    if (path === "/mycard/sign-in") return "/mycard";
    return /^\/(payments\/[^/]+|mycard(\/.*)?)$/.test(path) ? path : "/";
  }

  function show(answer) {
    const page = new DOMParser().parseFromString(answer.page, "text/html");
    document.title = page.title;
    for (const name of ["lang", "dir"]) document.documentElement[name] = page.documentElement[name];
    document.querySelector("header").replaceWith(page.querySelector("header"));
    main().replaceWith(page.getElementById("main"));
    const address = new URL(answer.address);
    const place = placeOf(address.pathname);
    if (![place, address.pathname].includes(location.pathname)) history.pushState(null, "", place);
    shownAt = location.pathname;
    showCard();
    needAmount();
    if (!document.activeElement || document.activeElement === document.body) main().focus();
  }

  async function send(form) {
    const button = form.querySelector("button");
    if (button.getAttribute("aria-disabled") === "true") return;
    const body = new URLSearchParams(new FormData(form));
    if (token && body.has("card")) body.set("card", token);
    button.setAttribute("aria-disabled", "true");
    document.querySelector(".answer.no")?.remove();
    tell(form, said("wait"));
    const answer = await (isAskedOnce(form) ? ask(form, body) : askPatiently(form, body));
    button.removeAttribute("aria-disabled");
    if (answer) {
      if (form.dataset.pays !== undefined) token = "";
      show(answer);
      if (isAskedOnce(form) && !document.querySelector("[data-card-field]")) token = "";
    } else {
      tell(form, form.dataset.unsure ?? said("unknown"));
      button.textContent = said("again");
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.pays === undefined && form.dataset.keepsToken === undefined) return;
    event.preventDefault();
    const field = form.querySelector("#card");
    if (field && takeFromField(field)) {
      showCard();
      const offer = form.querySelector("#offer");
      if (!after(field.closest("[data-card-field]")).value && !(offer && offer.value)) return;
    }
    send(form);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "card" && event.target.value.includes("#") && takeFromField(event.target)) showCard();
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "offer") needAmount();
  });
  addEventListener("hashchange", () => { takeFromAddress(); showCard(); });
  /* On paper nothing can be opened. */
  addEventListener("beforeprint", () => { for (const one of document.querySelectorAll("details")) one.open = true; });
  /* Going back asks for the page anew. A link within the page, and a scan while it is open, are told of here too: they keep it. */
  addEventListener("popstate", () => { if (location.pathname !== shownAt) location.reload(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  takeFromAddress();
  showCard();
  needAmount();
})();
