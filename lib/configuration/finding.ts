export interface Finding {
  /** With a problem Drover refuses to start; a warning is shown and lived with. */
  readonly level: "problem" | "warning";
  /** Where in the configuration: `connections.sphere-prod.api`. */
  readonly path: string;
  readonly message: string;
}

export function problem(path: string, message: string): Finding {
  return { level: "problem", path, message };
}

export function warning(path: string, message: string): Finding {
  return { level: "warning", path, message };
}
