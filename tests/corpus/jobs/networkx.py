# packages: networkx
"""Graphs: paths, trees, flows, colours, centrality."""
import networkx as nx

g = nx.Graph()
g.add_weighted_edges_from([(1, 2, 4), (2, 3, 1), (1, 3, 7), (3, 4, 2), (4, 5, 3), (5, 1, 9)])
print(nx.shortest_path(g, 1, 4, weight="weight"), nx.dijkstra_path_length(g, 1, 5))
print(sorted(nx.minimum_spanning_tree(g).edges(data="weight")), list(nx.bfs_edges(g, 1)), list(nx.dfs_preorder_nodes(g, 1)))
print({n: round(c, 4) for n, c in nx.betweenness_centrality(g).items()}, nx.is_bipartite(g), nx.density(g))
d = nx.DiGraph([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")])
print(list(nx.topological_sort(d)), sorted(nx.ancestors(d, "c")), nx.dag_longest_path(d), nx.is_directed_acyclic_graph(d))
d.add_edge("d", "b")
print(sorted(map(sorted, nx.strongly_connected_components(d))), nx.find_cycle(d))
f = nx.DiGraph()
for u, v, c in [("s", "a", 3), ("s", "b", 2), ("a", "t", 2), ("b", "t", 3), ("a", "b", 1)]:
    f.add_edge(u, v, capacity=c)
print(nx.maximum_flow_value(f, "s", "t"), sorted(nx.greedy_color(nx.cycle_graph(5)).items()))
print(list(nx.connected_components(nx.path_graph(3))), nx.diameter(nx.petersen_graph()), sorted(nx.core_number(g).items()))
try:
    nx.shortest_path(nx.empty_graph(2), 0, 1)
except nx.NetworkXNoPath as error:
    print(type(error).__name__)
