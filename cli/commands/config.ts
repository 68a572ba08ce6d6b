import { retirements } from "../../functions/providers.ts";
import { requestRoutes } from "../../functions/request-routes.ts";
import { checkConfiguration } from "../../lib/configuration/check.ts";
import type { Finding } from "../../lib/configuration/finding.ts";
import { ConfigurationError } from "../../lib/contracts/errors.ts";
import { calendar } from "../../lib/schedules/calendar.ts";
import { type Cli, describedCommand, runs } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { openSecrets } from "../system.ts";

export function configCommand(cli: Cli) {
  const group = describedCommand("config", "Check the configuration", "drover config check");
  const check = describedCommand(
    "check",
    "Report all problems of the configuration at once, and warn of retiring APIs",
    "drover config check --config ./drover.json",
  );
  group.addCommand(
    runs(cli, check, async (context) => {
      const findings = await findingsOf(context);
      const ok = findings.every(({ level }) => level === "warning");
      context.data({ ok, configuration: context.configPath, findings });
      context.lines([
        ...findingLines(findings, context),
        ok ? `${context.configPath} is in order.` : `${context.configPath} cannot work as it is.`,
      ]);
      return ok ? exitCodes.ok : exitCodes.configuration;
    }),
  );
  return group;
}

/** Everything that is wrong or dangerous, whether it is found in the text, in what it means, or in what it refers to. */
export async function findingsOf(context: Context): Promise<readonly Finding[]> {
  try {
    const configuration = await context.configuration();
    const { resolve } = await openSecrets(configuration, context.configPath, context.terminal).catch(
      (error: unknown) => {
        if (!(error instanceof ConfigurationError)) throw error;
        return { resolve: () => Promise.reject(error) };
      },
    );
    return await checkConfiguration(configuration, {
      resolve,
      nowMs: Date.now(),
      retirements,
      calendar,
      connectionKindFor,
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError) || error.problems.length === 0) throw error;
    return error.problems.map((text): Finding => {
      const separator = text.indexOf(": ");
      return { level: "problem", path: text.slice(0, Math.max(0, separator)), message: text.slice(separator + 2) };
    });
  }
}

function connectionKindFor(requestType: string): string | undefined {
  const routes: Readonly<Record<string, { readonly connectionKind: string }>> = requestRoutes;
  return Object.hasOwn(routes, requestType) ? routes[requestType]?.connectionKind : undefined;
}

export function findingLines(findings: readonly Finding[], { style }: Pick<Context, "style">): string[] {
  return findings.map(({ level, path, message }) => {
    const mark = level === "problem" ? style.bad("problem") : style.waiting("warning");
    return `${mark}  ${path === "" ? "" : `${path}: `}${message}`;
  });
}
