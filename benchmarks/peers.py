"""Personalised PageRank by igraph, networkx and scikit-network, those that are installed here.

Run by benchmarks/engine.py, in an environment that need not know the project: `peers.py TIES.npz`
writes {"igraph": milliseconds, ...} as JSON. Making their graphs is not timed.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def igraph(ties: Mapping[str, Any]) -> Callable[[int], object]:
    graph = importlib.import_module("igraph").Graph(
        n=int(ties["n"]), edges=np.column_stack([ties["a"], ties["b"]])
    )
    graph.es["weight"] = ties["weights"]
    return lambda place: graph.personalized_pagerank(
        reset_vertices=place, damping=float(ties["damping"]), weights="weight"
    )


def networkx(ties: Mapping[str, Any]) -> Callable[[int], object]:
    nx = importlib.import_module("networkx")
    graph = nx.Graph()
    graph.add_nodes_from(range(int(ties["n"])))
    columns = (ties[name].tolist() for name in ("a", "b", "weights"))
    graph.add_weighted_edges_from(zip(*columns, strict=True))
    damping = float(ties["damping"])
    return lambda place: nx.pagerank(graph, damping, personalization={place: 1})


def sknetwork(ties: Mapping[str, Any]) -> Callable[[int], object]:
    ranking = importlib.import_module("sknetwork.ranking")
    sparse = importlib.import_module("scipy.sparse")
    n, a, b, weights = int(ties["n"]), ties["a"], ties["b"], ties["weights"]
    both = (np.concatenate([a, b]), np.concatenate([b, a]))
    matrix = sparse.csr_matrix((np.concatenate([weights, weights]), both), (n, n))
    damping = float(ties["damping"])
    return lambda place: ranking.PageRank(damping).fit_predict(matrix, {place: 1})


def main(file: str) -> None:
    ties = dict(np.load(file))
    told = {}
    for prepare in (igraph, networkx, sknetwork):
        name = prepare.__name__
        needs = (name, "scipy") if name != "igraph" else (name,)
        if any(importlib.util.find_spec(one) is None for one in needs):
            continue
        ask = prepare(ties)
        times = []
        for place in ties["places"].tolist():
            start = perf_counter()
            ask(place)
            times.append((perf_counter() - start) * 1e3)
        told[name] = median(times)
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
