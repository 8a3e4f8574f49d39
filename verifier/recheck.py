#!/usr/bin/env python3
"""Checks an export or a proof of pasledger without pasledger: this file and Python 3.9 or later are all it takes.

    python3 recheck.py export.jsonl                     adds up the books, and works out every seal again
    python3 recheck.py export.jsonl seal.json           and holds them against a seal that was published
    python3 recheck.py proof.json seal.json             proves that a redemption is in what that seal sealed
    python3 recheck.py export.jsonl seal.json key.pem   and the signature of that seal

It says what it found, and exits with 0 where all of it is right and with 1 where anything is wrong. Memory grows with
the accounts, the seals and what was unlinked, and not with what is booked.
"""

import base64
import hashlib
import json
import sys

NOTHING_BEFORE = "0" * 64


def row_text(table, row):
    """Return the text of a row: each text after its length, each number with its end, nothing as a dash."""
    values = ("-" if v is None else f"{v};" if isinstance(v, int) else f"{len(v)}:{v}" for v in row.values())
    return f"{table}({','.join(row)})" + "".join(values)


def leaf_digest(parts):
    """Return the digest of a leaf: SHA-256 of a zero, the name of the form, and the texts of its rows."""
    text = "pasledger leaf 1\n" + "\n".join(row_text(part["table"], part["row"]) for part in parts)
    return hashlib.sha256(b"\0" + text.encode()).digest()


def node(left, right):
    """Return what two parts of a tree come to."""
    return hashlib.sha256(b"\1" + left + right).digest()


def seal_root(seal):
    """Return the root of a seal, from all that it says."""
    names = ("number", "sealed_at", "sealed_by", "leaves", "tree", "previous")
    text = "pasledger seal 1\n" + row_text("", {name: seal[name] for name in names})[2 + len(",".join(names)) :]
    return hashlib.sha256(b"\2" + text.encode()).hexdigest()


class Tree:
    """A Merkle tree (RFC 6962) that grows leaf by leaf."""

    def __init__(self):
        self.leaves, self.whole = 0, []

    def add(self, digest):
        """Add a leaf after the others."""
        number = self.leaves
        while number & 1:
            digest = node(self.whole.pop(), digest)
            number >>= 1
        self.whole.append(digest)
        self.leaves += 1

    def root(self):
        """Return the root of all leaves."""
        *others, root = self.whole or [hashlib.sha256().digest()]
        for whole in reversed(others):
            root = node(whole, root)
        return root.hex()


class Books:
    """What the lines of an export add up to, and everything that is wrong with them."""

    def __init__(self):
        self.wrong, self.tables, self.municipality = [], {}, ""
        self.seals, self.trees = [], {}
        self.balances, self.schemes, self.stored = {}, {}, {}
        self.leaves = self.rows = self.entries = self.transfers = self.unsealed = 0
        self.place, self.end = ("", ""), None
        self.gone, self.unlinked = set(), set()

    def take(self, line):
        """Take one line."""
        if "format" in line:
            self.municipality, self.tables = line["municipality"], line["tables"]
            if line["format"] != "pasledger jsonl 1":
                self.wrong.append(f"another format: {line['format']}")
        elif "leaf" in line:
            self.take_leaf(line)
        elif "seal" in line:
            self.seals.append(line["seal"])
            self.trees[line["seal"]["number"]] = Tree()
        elif "row" in line:
            self.take_row(line["row"]["table"], line["row"]["row"])
        elif "end" in line:
            self.end = line["end"]

    def take_leaf(self, line):
        """Take a leaf with its rows, hold it against its digest, and add that to the tree of its seal."""
        name, key = line["table"], line["key"]
        if (name, key) <= self.place:
            self.wrong.append(f"{name} {key}: out of order")
        self.place = (name, key)
        self.leaves += 1
        for part in line["leaf"]:
            self.take_row(part["table"], part["row"])
        if name == "entry" and line["leaf"]:
            self.add_up(line["leaf"])
        if "seal" not in line:
            self.unsealed += 1
            return
        if line["leaf"]:
            digest = leaf_digest([{"table": p["table"], "row": self.sealed_part(p)} for p in line["leaf"]])
            if digest.hex() != line["digest"]:
                self.wrong.append(f"{name} {key}: is not what was sealed in seal {line['seal']}")
        elif not self.tables[name]["may_be_deleted"]:
            self.wrong.append(f"{name} {key}: was sealed in seal {line['seal']}, and is gone")
        else:
            self.gone.add((name, key))
        if line["seal"] in self.trees:
            self.trees[line["seal"]].add(bytes.fromhex(line["digest"]))
        else:
            self.wrong.append(f"{name} {key}: seal {line['seal']} is not there")

    def sealed_part(self, part):
        """Return the columns of a row that are sealed."""
        changes = self.tables[part["table"]]["changes"]
        return {name: value for name, value in part["row"].items() if name not in changes}

    def take_row(self, table, row):
        """Count a row, and note what accounts are said to stand at."""
        self.rows += 1
        if list(row) != list(self.tables[table]["columns"]):
            self.wrong.append(f"{table}: a row has other columns than the table")
        if table == "unlinked":
            self.unlinked.add((row["in_table"], row["key"]))
        if table == "account":
            self.schemes[row["code"]] = row["scheme"]
            if row["balance_cents"] is not None:
                self.stored[row["code"]] = row["balance_cents"]

    def add_up(self, parts):
        """Add the transfers of an entry to the accounts: credits up and debits down."""
        entry = parts[0]["row"]
        transfers = [part["row"] for part in parts if part["table"] == "transfer"]
        self.entries += 1
        self.transfers += len(transfers)
        if len(transfers) != entry["transfer_count"]:
            self.wrong.append(f"entry {entry['id']}: says {entry['transfer_count']} transfers, has {len(transfers)}")
        for transfer in transfers:
            cents = transfer["amount_cents"]
            if cents <= 0 or transfer["entry_id"] != entry["id"]:
                self.wrong.append(f"entry {entry['id']}: a transfer is not sound")
            self.balances[transfer["debit"]] = self.balances.get(transfer["debit"], 0) - cents
            self.balances[transfer["credit"]] = self.balances.get(transfer["credit"], 0) + cents

    def conclude(self):
        """Look at everything as a whole."""
        if self.end != {"seals": len(self.seals), "leaves": self.leaves, "rows": self.rows}:
            self.wrong.append("the export is not whole: its last line does not say what there is")
        for name, key in sorted(self.gone - self.unlinked):
            self.wrong.append(f"{name} {key}: is gone, and no record says that its term was over")
        for code, cents in self.stored.items():
            if cents != self.balances.get(code, 0):
                self.wrong.append(f"account {code}: stored {cents}, added up {self.balances.get(code, 0)} cents")
        by_scheme = {}
        for code, cents in self.balances.items():
            by_scheme[self.schemes.get(code)] = by_scheme.get(self.schemes.get(code), 0) + cents
        for scheme, cents in by_scheme.items():
            if cents or scheme is None:
                self.wrong.append(f"scheme {scheme}: debits and credits differ by {cents} cents")
        self.check_seals()

    def check_seals(self):
        """Work out each seal from its leaves and from the one before."""
        before = NOTHING_BEFORE
        for place, seal in enumerate(self.seals, start=1):
            tree = self.trees[seal["number"]]
            if (seal["number"], seal["leaves"], seal["tree"]) != (place, tree.leaves, tree.root()):
                self.wrong.append(f"seal {place}: is not what its leaves add up to")
            if seal["previous"] != before or seal["root"] != seal_root(seal):
                self.wrong.append(f"seal {place}: does not follow the one before")
            before = seal["root"]


def check_export(lines, published):
    """Return what is wrong with an export, and what was found in it."""
    books = Books()
    for number, line in enumerate(lines, start=1):
        try:
            books.take(json.loads(line))
        except (ValueError, LookupError, TypeError, AttributeError) as fault:
            return [f"line {number}: {fault!r}"], ""
    books.conclude()
    if published is not None:
        roots = {seal["number"]: seal["root"] for seal in books.seals}
        if published["municipality"] != books.municipality:
            books.wrong.append("the published seal is of another municipality")
        if roots.get(published["number"]) != published["root"]:
            books.wrong.append(f"seal {published['number']}: is not the one that was published")
    found = f"{books.entries} entries, {books.transfers} transfers, {len(books.balances)} accounts"
    return books.wrong, f"{found}, {len(books.seals)} seals; in no seal yet: {books.unsealed} rows"


def check_proof(proof, published):
    """Return what is wrong with a proof, and what it proves."""
    seal = proof["seal"]
    wrong = []
    if climb(leaf_digest(proof["leaf"]), proof["place"], seal["leaves"], proof["path"]).hex() != seal["tree"]:
        wrong.append("the leaf is not in this seal")
    if seal_root(seal) != seal["root"]:
        wrong.append("the seal is not sound")
    if published is None:
        wrong.append(f"nothing to hold it against: give the published seal {seal['number']}, root {seal['root']}")
    elif (published["municipality"], published["number"], published["root"]) != (
        proof["municipality"],
        seal["number"],
        seal["root"],
    ):
        wrong.append("the published seal is another one")
    what = proof["leaf"][0]
    return (
        wrong,
        f"{what['table']} {next(iter(what['row'].values()))} in seal {seal['number']} of {proof['municipality']}",
    )


def climb(digest, place, leaves, path):
    """Return the root that a leaf leads to by a path."""
    if (place, leaves) == (0, 1) and not path:
        return digest
    if not path or not 0 <= place < leaves:
        return b""
    half = 1 << ((leaves - 1).bit_length() - 1)
    beside = bytes.fromhex(path[-1])
    if place < half:
        return node(climb(digest, place, half, path[:-1]), beside)
    return node(beside, climb(digest, place - half, leaves - half, path[:-1]))


# Ed25519 (RFC 8032, section 6), to check a signature only.
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493


def add(one, other):
    """Add two points of the curve."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, point):
    """Add a point to itself so many times."""
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(data):
    """Return the point that 32 bytes stand for; None where there is none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_signed(published, pem):
    """Return whether the owner of a public key signed a published root."""
    public = base64.b64decode("".join(line for line in pem.splitlines() if "-----" not in line))[-32:]
    text = f"pasledger root 1\n{published['municipality']}\n{published['number']}\n{published['root']}\n".encode()
    signature = bytes.fromhex(published.get("signature") or "")
    if len(signature) != 64:
        return False
    a, r, s = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % ORDER
    left, right = times(s, BASE), add(r, times(hashed, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 == (left[1] * right[2] - right[1] * left[2]) % P


def main(paths):
    """Check what is given, say what was found, and return how to exit."""
    if not 1 <= len(paths) <= 3:
        print(__doc__)
        return 2
    published = pem = None
    if len(paths) > 1:
        with open(paths[1], encoding="utf-8") as file:
            published = json.load(file)
    if len(paths) > 2:
        with open(paths[2], encoding="ascii") as file:
            pem = file.read()
    with open(paths[0], encoding="utf-8") as file:
        first = file.readline()
        file.seek(0)
        is_export = first.startswith('{"format":"pasledger jsonl')
        wrong, found = check_export(file, published) if is_export else check_proof(json.load(file), published)
    if published is not None and seal_root(published) != published["root"]:
        wrong.append("the published seal is not sound")
    if pem is not None and not is_signed(published, pem):
        wrong.append("the published seal is not signed with this key")
    print(found)
    for one in wrong[:100]:
        print(f"WRONG: {one}")
    print(f"{len(wrong)} things are wrong." if wrong else "All of it is right.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
