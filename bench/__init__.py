"""How fast is Easel? Ratios with both sides measured in one run; see docs/benchmarks.md."""
