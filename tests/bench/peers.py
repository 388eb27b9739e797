"""The same assignment by other people's solvers. Each returns its total and the CPU seconds of the solver alone."""

import time
from collections.abc import Callable

import numpy as np
from markets import Market
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching


def by_scipy(market: Market) -> tuple[float, float]:
    """Rows are needs, or volunteers where those are scarcer; a private column each."""
    need, volunteer, unserved, base = market.need, market.volunteer, market.unserved, 0.0
    weight, n_columns = market.cost, market.n_volunteers
    if market.n_volunteers < len(unserved):
        weight, base = market.cost - unserved[need], unserved.sum()
        need, volunteer, n_columns = market.volunteer, market.need, len(unserved)
        unserved = np.zeros(market.n_volunteers)
    shift = 1.0 - min(weight.min(), unserved.min())
    rows = np.concatenate([need, np.arange(len(unserved))])
    columns = np.concatenate([volunteer, n_columns + np.arange(len(unserved))])
    matrix = csr_array((np.concatenate([weight, unserved]) + shift, (rows, columns)))
    began = time.process_time()
    row, column = min_weight_full_bipartite_matching(matrix)
    seconds = time.process_time() - began
    return float(matrix[row, column].sum() - shift * len(row) + base), seconds


def by_ortools_flow(market: Market) -> tuple[float, float]:
    """A flow from a source through needs and volunteers to a sink, with a way round for each need."""
    from ortools.graph.python import min_cost_flow

    n_needs = len(market.unserved)
    source, sink = n_needs + market.n_volunteers, n_needs + market.n_volunteers + 1
    needs, helpers = np.arange(n_needs), np.arange(n_needs, n_needs + market.n_volunteers)
    tail = np.concatenate([np.full(n_needs, source), market.need, needs, helpers])
    head = np.concatenate([needs, market.volunteer + n_needs, np.full(n_needs, sink), np.full(len(helpers), sink)])
    cost = np.concatenate([np.zeros(n_needs), market.cost, market.unserved, np.zeros(len(helpers))])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tail, head, np.ones(len(tail), int), cost.astype(np.int64))
    flow.set_nodes_supplies(np.array([source, sink]), np.array([n_needs, -n_needs]))
    began = time.process_time()
    status = flow.solve()
    seconds = time.process_time() - began
    if status != flow.OPTIMAL:
        raise RuntimeError(f"OR-Tools answered {status}")
    return float(flow.optimal_cost()), seconds


def by_lapmod(market: Market) -> tuple[float, float]:
    """It wants as many rows as columns: each volunteer gets a row of their own, to stay idle or to fill in."""
    import lap

    n_needs, n_volunteers = len(market.unserved), market.n_volunteers
    needs, idle = np.arange(n_needs), np.arange(n_volunteers)
    rows = np.concatenate([market.need, needs, n_needs + idle, n_needs + market.volunteer])
    columns = np.concatenate([market.volunteer, n_volunteers + needs, idle, n_volunteers + market.need])
    zeros = np.zeros(n_volunteers + len(market.need))
    shift = -min(0.0, market.cost.min())  # it takes no negative cost
    costs = np.concatenate([market.cost + shift, market.unserved + shift, zeros])
    order = np.lexsort((columns, rows))
    starts = np.searchsorted(rows[order], np.arange(n_needs + n_volunteers + 1)).astype(np.int32)
    began = time.process_time()
    total, _, _ = lap.lapmod(n_needs + n_volunteers, costs[order], starts, columns[order].astype(np.int32))
    return float(total) - shift * n_needs, time.process_time() - began


PEERS: dict[str, Callable[[Market], tuple[float, float]]] = {
    "scipy sparse": by_scipy,
    "OR-Tools flow": by_ortools_flow,
    "lap.lapmod": by_lapmod,
}
