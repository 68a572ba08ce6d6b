import { PermanentError } from "../../contracts/errors.ts";
import { provider } from "./errors.ts";
import { type Declared, problemsOf, secretsNamed } from "./inputs.ts";
import type { Parts } from "./parts.ts";
import { type Deploy, markerKey } from "./request.ts";

/** Refuses what Heat would store and nobody would ever finish, and what the connection does not allow. Before anything is sent. */
export function refuseUnfit(parts: Parts, deploy: Deploy, declared: Declared): void {
  const problems = [...connectionProblems(parts, deploy), ...problemsOf(deploy, declared)];
  if (problems.length === 0) return;
  const what = deploy.configId === undefined ? "the config" : `software config ${deploy.configId}`;
  throw new PermanentError(
    `Expected a deployment of ${what} that a server can run and report, got ${problems.join("; ")}`,
    { code: "unfit-deployment", provider, operation: "prepare" },
  );
}

function connectionProblems({ name, connection }: Parts, deploy: Deploy): readonly string[] {
  const { stackUserProjects = [], inputSecrets = [], tempUrl } = connection;
  const { stackUserProject, completion, derived, inputValues } = deploy;
  const problems: string[] = [];
  if (stackUserProject !== undefined && !stackUserProjects.includes(stackUserProject)) {
    problems.push(
      `a stack_user_project_id that connections.${name}.stackUserProjects does not allow (it lets that project read and write the deployment; leave it out, or add it there)`,
    );
  }
  const refused = secretsNamed(deploy).filter((reference) => !inputSecrets.includes(reference));
  if (refused.length > 0) {
    problems.push(
      `secrets that connections.${name}.inputSecrets does not allow (${[...new Set(refused)].join(", ")}; Heat stores them, and shows them to whoever may read the config)`,
    );
  }
  if (completion === "temp-url" && tempUrl === undefined) {
    problems.push(`completion temp-url without connections.${name}.tempUrl (set it, or use another completion)`);
  }
  if (!derived && Object.hasOwn(inputValues, markerKey)) {
    problems.push(`an input value named ${markerKey}, which Drover sets itself`);
  }
  return problems;
}
