export type AppSettings = Readonly<Record<string, string>>;

/** `%NAME%` in what an app registers is the app setting of that name. @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-expressions-patterns */
export function resolved(text: string, settings: AppSettings): string {
  return text.replace(/%([^%]*)%/g, (_, name: string) => {
    const value = settings[name];
    if (value === undefined) throw new Error(`Expected an app setting ${name} for ${text}, got none`);
    return value;
  });
}

/**
 * A connection is one setting of that name, a connection string, or several that begin with it, for an identity. A function without
 * one is never called.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#connections
 */
export function checkConnection(connection: string, settings: AppSettings): void {
  const names = [connection.toLowerCase(), `azurewebjobs${connection.toLowerCase()}`];
  const isThere = Object.keys(settings).some((setting) =>
    names.some((name) => setting.toLowerCase() === name || setting.toLowerCase().startsWith(`${name}__`)),
  );
  if (!isThere) throw new Error(`Expected an app setting ${connection} or some with ${connection}__, got none`);
}
