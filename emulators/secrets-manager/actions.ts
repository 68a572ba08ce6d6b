import type { Answer } from "../exchange/answer.ts";
import { type Call, fieldsOf, jsonBody } from "../exchange/call.ts";
import { awsError, awsJson, notFound } from "./answers.ts";
import { findSecret, type SecretsWorld, type StoredSecret, type StoredVersion } from "./world.ts";

const CURRENT = "AWSCURRENT";
const PREVIOUS = "AWSPREVIOUS";
/** Bytes of a value. */
const MAX_VALUE_BYTES = 65_536;
const DAY_MS = 86_400_000;
const MARKED = "You can't perform this operation on the secret because it was marked for deletion.";

type Input = Readonly<Record<string, unknown>>;
type Action = (world: SecretsWorld, input: Input, atMs: number) => Answer;

export const ACTIONS: Readonly<Record<string, Action>> = {
  CreateSecret: createSecret,
  DeleteSecret: deleteSecret,
  DescribeSecret: describeSecret,
  GetSecretValue: getSecretValue,
  ListSecretVersionIds: listVersionIds,
  ListSecrets: listSecrets,
  PutSecretValue: putSecretValue,
  UpdateSecretVersionStage: updateStage,
};

export function inputOf(call: Call): Input | null {
  return fieldsOf(jsonBody(call));
}

function createSecret(world: SecretsWorld, input: Input, atMs: number): Answer {
  const name = text(input["Name"]);
  if (name === null || !/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) return invalidParameter("The name is not valid.");
  const token = tokenOf(world, input);
  if (token === null) return invalidParameter("ClientRequestToken must have 32 to 64 characters.");
  if (isTooLong(input)) return invalidParameter(`The value must have at most ${MAX_VALUE_BYTES} bytes.`);
  const known = world.secrets.get(name);
  if (known?.deletedAtMs != null) {
    const text = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    return awsError(400, "InvalidRequestException", text);
  }
  if (known !== undefined) {
    const same = known.versions.find(({ versionId }) => versionId === token);
    if (same !== undefined && hasValue(same, input)) return awsJson(200, summary(known, same));
    return awsError(400, "ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
  }
  const { region, accountId } = world.settings;
  const secret: StoredSecret = {
    name,
    arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${world.newId().replaceAll("-", "").slice(-6)}`,
    description: text(input["Description"]),
    tags: Array.isArray(input["Tags"]) ? input["Tags"].flatMap(tagOf) : [],
    createdAtMs: atMs,
    changedAtMs: atMs,
    deletedAtMs: null,
    versions: [],
  };
  world.secrets.set(name, secret);
  world.effects.push({ atMs, kind: "secret-created", name, versionId: token });
  if (input["SecretString"] === undefined && input["SecretBinary"] === undefined) {
    return awsJson(200, { ARN: secret.arn, Name: name });
  }
  return awsJson(200, summary(secret, addVersion(world, secret, token, input, [CURRENT], atMs)));
}

/** The same token with the same value is the same call again; with another value it is refused. */
function putSecretValue(world: SecretsWorld, input: Input, atMs: number): Answer {
  const secret = findSecret(world, text(input["SecretId"]) ?? "");
  if (secret === undefined) return notFound();
  if (secret.deletedAtMs !== null) return awsError(400, "InvalidRequestException", MARKED);
  const token = tokenOf(world, input);
  if (token === null) return invalidParameter("ClientRequestToken must have 32 to 64 characters.");
  if (input["SecretString"] === undefined && input["SecretBinary"] === undefined) {
    return invalidParameter("You must provide either SecretString or SecretBinary.");
  }
  if (isTooLong(input)) return invalidParameter(`The value must have at most ${MAX_VALUE_BYTES} bytes.`);
  const known = secret.versions.find(({ versionId }) => versionId === token);
  if (known !== undefined) {
    if (hasValue(known, input)) return awsJson(200, { ...summary(secret, known), VersionStages: known.stages });
    return awsError(400, "ResourceExistsException", "A resource with the ID you requested already exists.");
  }
  const stages = Array.isArray(input["VersionStages"]) ? input["VersionStages"].map(String) : [CURRENT];
  const version = addVersion(world, secret, token, input, stages, atMs);
  return awsJson(200, { ...summary(secret, version), VersionStages: version.stages });
}

function getSecretValue(world: SecretsWorld, input: Input): Answer {
  const secret = findSecret(world, text(input["SecretId"]) ?? "");
  if (secret === undefined) return notFound();
  if (secret.deletedAtMs !== null) return awsError(400, "InvalidRequestException", MARKED);
  const [versionId, given] = [text(input["VersionId"]), text(input["VersionStage"])];
  const stage = given ?? (versionId === null ? CURRENT : null);
  const version = secret.versions.find(
    (each) => (versionId === null || each.versionId === versionId) && (stage === null || each.stages.includes(stage)),
  );
  if (version === undefined) {
    const wanted = versionId === null ? `staging label: ${stage}` : `VersionId: ${versionId}`;
    return notFound(`Secrets Manager can't find the specified secret value for ${wanted}`);
  }
  return awsJson(200, {
    ...summary(secret, version),
    ...(version.secretString === null ? {} : { SecretString: version.secretString }),
    ...(version.secretBinary === null ? {} : { SecretBinary: version.secretBinary }),
    VersionStages: version.stages,
    CreatedDate: version.createdAtMs / 1_000,
  });
}

function describeSecret(world: SecretsWorld, input: Input): Answer {
  const secret = findSecret(world, text(input["SecretId"]) ?? "");
  if (secret === undefined) return notFound();
  const staged = secret.versions.filter(({ stages }) => stages.length > 0);
  return awsJson(200, {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === null ? {} : { Description: secret.description }),
    CreatedDate: secret.createdAtMs / 1_000,
    LastChangedDate: secret.changedAtMs / 1_000,
    ...(secret.deletedAtMs === null ? {} : { DeletedDate: secret.deletedAtMs / 1_000 }),
    Tags: secret.tags,
    VersionIdsToStages: Object.fromEntries(staged.map(({ versionId, stages }) => [versionId, stages])),
  });
}

/**
 * Without a recovery window the secret goes in the background, and its name is free when that is done; one that is not there is
 * no error then. @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
 */
function deleteSecret(world: SecretsWorld, input: Input, atMs: number): Answer {
  const { ForceDeleteWithoutRecovery: force, RecoveryWindowInDays: days } = input;
  if (force === true && days !== undefined) {
    return invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days !== undefined && !(Number(days) >= 7 && Number(days) <= 30)) {
    return invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  }
  const id = text(input["SecretId"]) ?? "";
  const secret = findSecret(world, id);
  if (secret === undefined) {
    return force === true ? awsJson(200, { Name: id, DeletionDate: atMs / 1_000 }) : notFound();
  }
  if (secret.deletedAtMs !== null && force !== true) return awsError(400, "InvalidRequestException", MARKED);
  secret.deletedAtMs = atMs;
  const goneAtMs = atMs + (force === true ? world.settings.deletionLingersMs : Number(days ?? 30) * DAY_MS);
  const gone = (): void => {
    if (world.secrets.get(secret.name) === secret) world.secrets.delete(secret.name);
  };
  if (goneAtMs <= atMs) gone();
  else world.timeline.at(goneAtMs, gone);
  world.effects.push({ atMs, kind: "secret-deleted", name: secret.name, versionId: "" });
  return awsJson(200, { ARN: secret.arn, Name: secret.name, DeletionDate: goneAtMs / 1_000 });
}

/** Filters by the beginning of names only. Those marked for deletion are left out. */
function listSecrets(world: SecretsWorld, input: Input): Answer {
  const filters = Array.isArray(input["Filters"]) ? input["Filters"].map((filter) => fieldsOf(filter) ?? {}) : [];
  if (filters.some(({ Key }) => Key !== "name")) return invalidParameter("Only the filter name is known here.");
  const max = input["MaxResults"] ?? 100;
  if (!(Number(max) >= 1 && Number(max) <= 100)) return invalidParameter("MaxResults must be between 1 and 100.");
  const begins = filters.map(({ Values }) => (Array.isArray(Values) ? Values.map(String) : []));
  const names = [...world.secrets.values()]
    .filter(({ deletedAtMs }) => deletedAtMs === null || input["IncludePlannedDeletion"] === true)
    .filter(({ name }) => begins.every((some) => some.some((begin) => name.startsWith(begin))))
    .map(({ name }) => name)
    .sort();
  const from = text(input["NextToken"]);
  const rest = from === null ? names : names.filter((name) => name > from);
  const page = rest.slice(0, Number(max));
  const SecretList = page.flatMap((name) => {
    const secret = world.secrets.get(name);
    return secret === undefined ? [] : [{ ARN: secret.arn, Name: name, LastChangedDate: secret.changedAtMs / 1_000 }];
  });
  return awsJson(200, { SecretList, ...(page.length < rest.length ? { NextToken: page.at(-1) } : {}) });
}

function listVersionIds(world: SecretsWorld, input: Input): Answer {
  const secret = findSecret(world, text(input["SecretId"]) ?? "");
  if (secret === undefined) return notFound();
  const wanted = secret.versions.filter(({ stages }) => stages.length > 0 || input["IncludeDeprecated"] === true);
  const Versions = wanted.map(({ versionId, stages, createdAtMs }) => {
    return { VersionId: versionId, VersionStages: stages, CreatedDate: createdAtMs / 1_000 };
  });
  return awsJson(200, { ARN: secret.arn, Name: secret.name, Versions });
}

function updateStage(world: SecretsWorld, input: Input, atMs: number): Answer {
  const secret = findSecret(world, text(input["SecretId"]) ?? "");
  if (secret === undefined) return notFound();
  const stage = text(input["VersionStage"]) ?? "";
  const [to, from] = [text(input["MoveToVersionId"]), text(input["RemoveFromVersionId"])];
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  if (holder !== undefined && holder.versionId !== to && holder.versionId !== from) {
    return invalidParameter(`The staging label ${stage} is attached to version ${holder.versionId}.`);
  }
  const target = secret.versions.find(({ versionId }) => versionId === to);
  if (to !== null && target === undefined) return notFound();
  if (target !== undefined) moveStage(secret, target, stage);
  else if (holder !== undefined) holder.stages = holder.stages.filter((each) => each !== stage);
  secret.changedAtMs = atMs;
  world.effects.push({ atMs, kind: "stages-moved", name: secret.name, versionId: to ?? from ?? "" });
  return awsJson(200, { ARN: secret.arn, Name: secret.name });
}

function addVersion(
  world: SecretsWorld,
  secret: StoredSecret,
  versionId: string,
  input: Input,
  stages: readonly string[],
  atMs: number,
): StoredVersion {
  const version: StoredVersion = {
    versionId,
    secretString: text(input["SecretString"]),
    secretBinary: text(input["SecretBinary"]),
    createdAtMs: atMs,
    stages: [],
  };
  secret.versions.push(version);
  secret.changedAtMs = atMs;
  for (const stage of stages) moveStage(secret, version, stage);
  world.effects.push({ atMs, kind: "version-put", name: secret.name, versionId });
  return version;
}

/** A stage is at one version only; when the current one moves on, the version it leaves becomes the previous one. */
function moveStage(secret: StoredSecret, target: StoredVersion, stage: string): void {
  const former = secret.versions.find((version) => version !== target && version.stages.includes(stage));
  for (const version of secret.versions) version.stages = version.stages.filter((each) => each !== stage);
  target.stages = [...target.stages, stage];
  if (stage === CURRENT && former !== undefined) moveStage(secret, former, PREVIOUS);
}

function summary({ arn, name }: StoredSecret, { versionId }: StoredVersion): object {
  return { ARN: arn, Name: name, VersionId: versionId };
}

function hasValue({ secretString, secretBinary }: StoredVersion, input: Input): boolean {
  return secretString === text(input["SecretString"]) && secretBinary === text(input["SecretBinary"]);
}

function isTooLong(input: Input): boolean {
  const binary = text(input["SecretBinary"]);
  const bytes = binary === null ? Buffer.from(text(input["SecretString"]) ?? "") : Buffer.from(binary, "base64");
  return bytes.length > MAX_VALUE_BYTES;
}

/** A client that sends none has one made for it. */
function tokenOf(world: SecretsWorld, input: Input): string | null {
  const token = input["ClientRequestToken"] ?? world.newId();
  return typeof token === "string" && token.length >= 32 && token.length <= 64 ? token : null;
}

function tagOf(value: unknown): { Key: string; Value: string }[] {
  const { Key, Value } = fieldsOf(value) ?? {};
  return typeof Key === "string" ? [{ Key, Value: String(Value ?? "") }] : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function invalidParameter(message: string): Answer {
  return awsError(400, "InvalidParameterException", message);
}
