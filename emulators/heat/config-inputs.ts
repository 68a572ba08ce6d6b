import { asRecord } from "./call.ts";
import type { Config } from "./world.ts";

/** Values of the inputs that carry one, by name. */
export function inputValues({ inputs }: Config): ReadonlyMap<string, unknown> {
  const named = inputs.flatMap((input) => {
    const { name, value } = asRecord(input) ?? {};
    return typeof name === "string" && value !== undefined ? [[name, value] as const] : [];
  });
  return new Map(named);
}

export function inputText(config: Config, name: string): string | null {
  const value = inputValues(config).get(name);
  return typeof value === "string" ? value : null;
}

export interface DeclaredOutput {
  readonly name: string;
  readonly isError: boolean;
}

export function declaredOutputs({ outputs }: Config): readonly DeclaredOutput[] {
  return outputs.flatMap((output) => {
    const { name, error_output: isError } = asRecord(output) ?? {};
    return typeof name === "string" ? [{ name, isError: isError === true }] : [];
  });
}
