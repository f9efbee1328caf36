"""The compliance jobs of the stand-in for X, and what any of its requests may get instead."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from bot.clock import Clock


@dataclass(frozen=True)
class Fault:
    """What a request gets instead of its answer."""

    status: int
    body: str = "{}"
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json"


class Jobs:
    """Ids go up, and those that must go come down."""

    def __init__(self) -> None:
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.gone: dict[str, str] = {}
        """Posts that X deleted, with the reason that compliance jobs give."""
        self.address = ""
        self.clock: Clock

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/2/compliance/jobs", self._create_job)
        app.router.add_get("/2/compliance/jobs", self._list_jobs)
        app.router.add_get("/2/compliance/jobs/{id}", self._get_job)
        app.router.add_put("/upload/{id}", self._upload)
        app.router.add_get("/download/{id}", self._download)

    def refuses(self, kind: str, request: web.Request) -> web.Response | None:
        raise NotImplementedError

    def fault(self, kind: str) -> web.Response | None:
        if not self.faults[kind]:
            return None
        fault = self.faults[kind].pop(0)
        return web.Response(
            status=fault.status, body=fault.body, headers=fault.headers, content_type=fault.kind
        )

    def _refuses_stored(self, kind: str, request: web.Request) -> web.Response | None:
        """An address outside of the API, which must not be given the token."""
        assert "Authorization" not in request.headers, "the token went to another host"
        self.asked.append((kind, {}))
        return self.fault(kind)

    async def _list_jobs(self, request: web.Request) -> web.Response:
        if refused := self.refuses("jobs", request):
            return refused
        wanted = request.query["type"]
        found = [_shown(job) for job in self.jobs.values() if job["type"] == wanted]
        answer: dict[str, Any] = {"meta": {"result_count": len(found)}}
        return web.json_response(answer | ({"data": found} if found else {}))

    async def _create_job(self, request: web.Request) -> web.Response:
        if refused := self.refuses("create_job", request):
            return refused
        id_ = str(len(self.jobs) + 1)
        asked = await request.json()
        self.jobs[id_] = {
            "id": id_,
            "type": asked["type"],
            "name": asked.get("name", ""),
            "created_at": f"{self.clock.now():%Y-%m-%dT%H:%M:%S.000Z}",
            "status": "created",
            "upload_url": f"{self.address}/upload/{id_}",
            "download_url": f"{self.address}/download/{id_}",
        }
        return web.json_response({"data": self.jobs[id_]})

    async def _get_job(self, request: web.Request) -> web.Response:
        if refused := self.refuses("job", request):
            return refused
        job = self.jobs.get(request.match_info["id"])
        if job is None:
            return web.json_response({"title": "Not Found Error"}, status=404)
        answer = web.json_response({"data": _shown(job)})
        if job["status"] == "in_progress":
            job["status"] = "complete"
        return answer

    async def _upload(self, request: web.Request) -> web.Response:
        if refused := self._refuses_stored("upload", request):
            return refused
        job = self.jobs[request.match_info["id"]]
        job["ids"] = (await request.text()).split()
        job["status"] = "in_progress"
        return web.Response()

    async def _download(self, request: web.Request) -> web.Response:
        if refused := self._refuses_stored("download", request):
            return refused
        job = self.jobs[request.match_info["id"]]
        lines = [
            json.dumps(
                {
                    "id": id_,
                    "action": "delete",
                    "created_at": "2026-05-01T00:00:00Z",
                    "redacted_at": "2026-05-13T00:00:00Z",
                    "reason": self.gone[id_],
                }
            )
            for id_ in job["ids"]
            if id_ in self.gone
        ]
        return web.Response(text="\n".join(lines))


def _shown(job: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in job.items() if name != "ids"}
