import type { Clock } from "../../contracts/ports.ts";
import type { Fetch } from "../../providers/exchange.ts";
import type { ConditionalObjects, ObjectHead, StoredObject } from "../conditional-objects.ts";
import { type Asked, refusalOf } from "./failures.ts";
import { type Answered, bearer, type RestCall, refusedIn, restSender } from "./rest.ts";
import type { AzureSettings } from "./settings.ts";
import { sharedKey } from "./shared-key.ts";
import { scopes, type Tokens } from "./tokens.ts";

export interface ListedBlob extends ObjectHead {
  readonly name: string;
}

/** Blobs of one container. */
export interface Blobs extends ConditionalObjects {
  /** A page at a time, with what `head` would tell. */
  list(prefix: string, cursor?: string): Promise<{ readonly blobs: readonly ListedBlob[]; readonly cursor?: string }>;
  /** A lease on a blob that is there, `held` by somebody else, or `absent`. Whoever asks again with the same id (a UUID) has it still. */
  lease(name: string, seconds: number, id: string): Promise<"leased" | "held" | "absent">;
  /** Gives it back before its time; what is no longer held is let be. */
  giveBack(name: string, lease: string): Promise<void>;
}

export interface BlobsOptions {
  readonly settings: AzureSettings;
  readonly tokens: Tokens;
  readonly clock: Pick<Clock, "wallMs">;
  readonly container: string;
  readonly fetch?: Fetch | undefined;
}

/** The oldest version with all that is used here; emulators take it, too. */
const version = "2021-12-02";
const meta = "x-ms-meta-";
/** A mebibyte takes this long over a slow connection. */
const mebibyteMs = 1_000;
/** Time for content whose size is not known yet. */
const contentMs = 20_000;

/** A small client: the SDK's would be 578 kB in the bundle, for eight calls. */
export function azureBlobs(options: BlobsOptions): Blobs {
  const { settings, tokens, clock, container } = options;
  const { blobs, key } = settings.storage;
  const authority = key === undefined ? bearer(tokens(scopes.storage)) : sharedKey(key, clock);
  const base = `${blobs}/${container}`;
  const send = restSender({ ...options, authority, origin: new URL(base).origin });
  const urlOf = (name: string, query: Readonly<Record<string, string>> = {}) => {
    const url = new URL(`${base}/${name.split("/").map(encodeURIComponent).join("/")}`);
    for (const [parameter, value] of Object.entries(query)) url.searchParams.set(parameter, value);
    return url;
  };
  const asked: Asked = {
    provider: "storage-blobs",
    about: `the container ${container} to answer`,
    role: "Storage Blob Data Contributor",
    whenMissing: "create the container, or correct DROVER_HANDOFF_CONTAINER or DROVER_STORAGE_ACCOUNT",
  };
  const ask = ({ headers, ...call }: RestCall) =>
    send({ ...call, headers: { "x-ms-version": version, ...headers } }, asked);
  const refusal = (answer: Answered) => refusalOf(refusedIn(answer), asked);

  async function look(method: "GET" | "HEAD", name: string): Promise<StoredObject | undefined> {
    const answer = await ask({ method, url: urlOf(name), moreTimeMs: method === "GET" ? contentMs : 0 });
    if (isAbsent(answer)) return undefined;
    if (answer.status !== 200) throw refusal(answer);
    return { ...headIn(answer), body: answer.body };
  }

  return {
    head: (name) => look("HEAD", name),
    get: (name) => look("GET", name),
    async put(name, body, metadata, condition) {
      const named = Object.entries(metadata).map(([key, value]) => [`${meta}${key}`, value]);
      const answer = await ask({
        method: "PUT",
        url: urlOf(name),
        headers: {
          "content-type": "application/octet-stream",
          "x-ms-blob-type": "BlockBlob",
          ...Object.fromEntries(named),
          ...(condition === "absent" ? { "if-none-match": "*" } : { "if-match": condition.etag }),
        },
        body,
        moreTimeMs: (body.length / 2 ** 20) * mebibyteMs,
      });
      if (answer.status === 201) return headIn(answer).etag;
      if (isOtherwise(answer)) return undefined;
      throw refusal(answer);
    },
    async remove(name, etag) {
      const answer = await ask({ method: "DELETE", url: urlOf(name), headers: { "if-match": etag } });
      if (answer.status === 202) return true;
      if (isOtherwise(answer) || isAbsent(answer)) return false;
      throw refusal(answer);
    },
    async list(prefix, cursor) {
      const url = new URL(base);
      const query = { restype: "container", comp: "list", include: "metadata", prefix };
      for (const [name, value] of Object.entries({ ...query, ...(cursor === undefined ? {} : { marker: cursor }) }))
        url.searchParams.set(name, value);
      const answer = await ask({ method: "GET", url });
      if (answer.status !== 200) throw refusal(answer);
      const xml = answer.body.toString();
      const [next = ""] = textsOf("NextMarker", xml);
      const found = [...xml.matchAll(/<Blob>(.*?)<\/Blob>/gs)].map(([, text = ""]) => listedIn(text));
      return { blobs: found, ...(next === "" ? {} : { cursor: next }) };
    },
    async lease(name, seconds, id) {
      const headers = {
        "x-ms-lease-action": "acquire",
        "x-ms-lease-duration": String(seconds),
        "x-ms-proposed-lease-id": id,
      };
      const answer = await ask({ method: "PUT", url: urlOf(name, { comp: "lease" }), headers });
      if (answer.status === 201) return "leased";
      if (isAbsent(answer)) return "absent";
      if (answer.status === 409 && refusedIn(answer).type === "LeaseAlreadyPresent") return "held";
      throw refusal(answer);
    },
    async giveBack(name, lease) {
      const headers = { "x-ms-lease-action": "release", "x-ms-lease-id": lease };
      const answer = await ask({ method: "PUT", url: urlOf(name, { comp: "lease" }), headers });
      if (answer.status >= 500 || answer.status === 429) throw refusal(answer);
    },
  };
}

/** A HEAD has no body to say what it is, but a header. */
const isAbsent = (answer: Answered) => answer.status === 404 && refusedIn(answer).type !== "ContainerNotFound";

/** Another blob stands there, or none. */
function isOtherwise(answer: Answered): boolean {
  const { type } = refusedIn(answer);
  return (
    type === "ConditionNotMet" || type === "BlobAlreadyExists" || (answer.status === 412 && type === "UnknownError")
  );
}

function headIn({ headers }: Answered): ObjectHead {
  const own = [...headers].filter(([name]) => name.startsWith(meta));
  const metadata = Object.fromEntries(own.map(([name, value]) => [name.slice(meta.length), value]));
  return { etag: headers.get("etag") ?? "", metadata };
}

function listedIn(xml: string): ListedBlob {
  const [about = ""] = textsOf("Metadata", xml, "s");
  const metadata = [...about.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = "", text = ""]) => [
    name.toLowerCase(),
    plain(text),
  ]);
  const [etag = ""] = textsOf("Etag", xml);
  return {
    name: plain(textsOf("Name", xml)[0] ?? ""),
    // Lists leave out the quotation marks that conditions need.
    etag: etag.startsWith('"') || etag === "" ? plain(etag) : `"${plain(etag)}"`,
    metadata: Object.fromEntries(metadata),
  };
}

function textsOf(element: string, xml: string, flags = ""): string[] {
  const pattern = flags === "s" ? ".*?" : "[^<]*";
  return [...xml.matchAll(new RegExp(`<${element}>(${pattern})</${element}>`, `g${flags}`))].map(
    ([, text = ""]) => text,
  );
}

const marks: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const plain = (text: string) => text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => marks[name] ?? "");
