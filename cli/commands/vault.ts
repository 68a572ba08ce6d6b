import { Secret } from "../../lib/contracts/secret.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import { usageError } from "../failure.ts";
import { namesShape, removedShape, storedShape } from "../shapes.ts";

const maxSecretBytes = 64 * 1024;

export function vaultCommand(cli: Cli) {
  const group = describedCommand(
    "vault",
    "Store secrets on this machine, sealed; values never come out again",
    "drover vault put sphere-sp < secret.txt",
  );
  const put = describedCommand(
    "put",
    "Store a secret, read from stdin or typed: never from an argument, which others could see",
    "drover vault put sphere-sp < secret.txt",
  ).argument("<name>", "as in vault:name");
  group.addCommand(
    runs(cli, put, async (context, name: string) => {
      const { terminal } = context;
      const typed = terminal.readHidden(`Secret for ${name}: `);
      const text = typed === undefined ? await terminal.readInput(maxSecretBytes + 2) : await typed;
      const value = text.replace(/\r?\n$/, "");
      if (value === "") throw usageError("Expected a secret on stdin, got nothing: pipe it in, or type it when asked");
      return context.withSession(async ({ client }) => {
        context.data(await client.put(`/vault/${encodeURIComponent(name)}`, new Secret(value), storedShape));
        context.lines([`Stored. Write vault:${name} where it is needed.`]);
        return undefined;
      });
    }),
  );
  const list = describedCommand("list", "List the names of secrets", "drover vault list");
  group.addCommand(
    runs(cli, list, async (context) =>
      context.withSession(async ({ client }) => {
        const answer = await client.get("/vault", namesShape);
        context.data(answer);
        context.lines(answer.names.length === 0 ? ["No secrets."] : answer.names);
        return undefined;
      }),
    ),
  );
  const remove = describedCommand("remove", "Remove a secret", "drover vault remove sphere-sp").argument("<name>");
  group.addCommand(
    runs(cli, remove, async (context, name: string) =>
      context.withSession(async ({ client }) => {
        context.data(await client.remove(`/vault/${encodeURIComponent(name)}`, removedShape));
        context.lines([`Removed ${name}.`]);
        return undefined;
      }),
    ),
  );
  return group;
}
