import { registerHooks } from "node:module";

/** The generator is written for the compiler's older programming interface, which the compiler of this repository has no more. */
const olderCompiler = import.meta.resolve("./typescript-interface.ts");

/** Types of a client, by a public generator. @param openapi text of the document */
export async function renderClient(openapi: string): Promise<string> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier === "typescript" ? olderCompiler : specifier, context),
  });
  try {
    const { astToString, default: generate } = await import("openapi-typescript");
    const nodes = await generate(openapi, { alphabetize: false, emptyObjectsUnknown: true });
    return `${heading}${astToString(nodes)}`;
  } finally {
    hooks.deregister();
  }
}

const heading = `// biome-ignore-all format: generated
// biome-ignore-all lint: generated
/** Generated from docs/openapi.json by openapi-typescript: \`npm run schemas\`. */

`;
