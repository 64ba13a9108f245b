"""The floor that features stand on: one concern a file, no routes, no feature names."""

import os

# The server's allocator reads this once, when it is loaded, so it has to be said before that. By default what a crowd
# of readers leaves behind is held for ten seconds of work; shorter than a second costs pages from memory a tenth of
# their speed.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:1000,muzzy_decay_ms:0")
