"""monitor: watch feeds, tell each person what matters once, with the reason.

The data's way, one folder a step::

    feed URL ─fetch─▶ bytes ─parse─▶ entries ─match─▶ matches ─group─▶ stories ─alert─▶ alerts ─deliver─▶ messages
             fetching       parsing         matching        grouping        alerting        delivering

The six steps never import one another. ``pipeline`` strings them together, ``storage`` remembers,
``tasks`` says where steps run, ``app`` chooses and wires the parts. What decides is pure and takes time,
chance and network as arguments; input and output sit only at the edges.

Five rules make one process and a cluster the same program:

1. The database is the truth; a queue carries only ids.
2. Due work is claimed with a lease; every step is safe to repeat.
3. No transaction is open while we wait for the network.
4. What one poll found commits together: entries, validators, next poll, matches, outbox rows.
5. A delivery is marked sent only after the receiver accepted it, under the same id on every try.
"""

__version__ = "0.1.0"
