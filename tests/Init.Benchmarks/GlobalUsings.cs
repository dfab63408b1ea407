global using Init.Benchmarks.Isolation;
global using Init.Benchmarks.Reporting;
global using Init.Benchmarks.Subjects;
