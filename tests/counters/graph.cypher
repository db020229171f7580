CREATE CONSTRAINT FOR (n:N) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT FOR (h:Hub) REQUIRE h.id IS UNIQUE;
CREATE (g:Hub {id: 1, score: 0})-[:BETWEEN]->(h:Hub {id: 2, score: 0});
UNWIND range(0, $n - 1) AS id CREATE (:N {id: id, kind: id % 10, score: (id * 7919) % $n});
MATCH (n:N), (next:N {id: (n.id + 1) % $n}), (h:Hub) CREATE (n)-[:TO]->(h) WITH DISTINCT n, next CREATE (n)-[:NEXT {weight: n.id}]->(next)
