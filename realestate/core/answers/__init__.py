"""Answers of the public catalogue that are kept and given again, never stale (docs/adr/0014).

A view names its public actions in ``catalogue``. What such an action says to somebody who is not logged in is kept by
the middleware under the version of the catalogue (``version``), until the earliest moment at which time alone changes
it (``making``): in each process (``memory``) and, where there is a Redis, for all of them (``shared``).
"""
