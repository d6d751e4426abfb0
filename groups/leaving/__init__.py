"""How groups and people leave: what is held of them, its copy, its erasure, and how long anything is kept."""
