"""Speed and memory, measured: `make bench` prints what docs/performance.md keeps."""
