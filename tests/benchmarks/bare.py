"""A bare FastAPI that answers a POST with a constant, and does nothing else."""

import os

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.get("/v1/readiness")
async def readiness() -> dict[str, str]:
    """Answer at once."""
    return {"status": "ready"}


@app.post("/v1/redemptions", status_code=201)
async def redeem() -> dict[str, str]:
    """Say yes."""
    return {"status": "yes"}


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["MERCHANT_API_PORT"]), access_log=False, log_level="warning")
