/** Builds the functions for AWS into dist/aws: `npm run build:aws`. */
import { join } from "node:path";
import { buildAwsBundles, problemsOf, tableOf } from "./aws-bundles.ts";

const bundles = await buildAwsBundles(join(import.meta.dirname, "..", "dist", "aws"));
console.log(tableOf(bundles));
for (const problem of bundles.flatMap(problemsOf)) {
  console.error(problem);
  process.exitCode = 1;
}
