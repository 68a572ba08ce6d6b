import { eventTexts } from "../lib/contracts/documents/event-texts.ts";
import { requestTexts } from "../lib/contracts/documents/request-texts.ts";
import { type Annotation, durationText, type Texts } from "../lib/contracts/documents/text.ts";

const reference =
  "Reference to a secret: `env:NAME`, `file:path` (relative to this file) or `vault:name`, which `drover vault put` stores. Never the secret itself.";
const duration = durationText;
const uri = (description: string): Annotation => ({ description, format: "uri" });

const doors: Texts = {
  http: "Where clients reach it. Put a proxy that ends TLS in front of it; without clients nobody is let in.",
  "http.webhookOrigins":
    "Senders that are told, when they ask before they send, that they may, such as eventgrid.azure.net.",
  "http.webhookOrigins.[]": "A name, or a pattern.",
  "http.listen": "Host and port, such as 127.0.0.1:8080.",
  clients: "Who may ask over HTTP, by name. The name stands in records, histories and events.",
  "clients.*": "One client.",
  "clients.*.auth": "How the client shows who it is; several ways are a list.",
  "**.<0>": "One way.",
  "**.<1>": "Several ways.",
  "**.<1>.[]": "One of them.",
  "**.<standard-webhooks>":
    "Signs the body of what it submits. A signature covers no path, so it opens POST /requests alone.",
  "**.<standard-webhooks>.secrets":
    "Secrets of Standard Webhooks, `whsec_` and base64; several while they are rotated.",
  "**.<standard-webhooks>.secrets.[]": reference,
  "**.<standard-webhooks>.tolerance": duration("By how much its clock may be off, PT1S to PT1H."),
  "**.<bearer>": "Sends a token with each request.",
  "**.<bearer>.tokens": "Hashes of its tokens; several while they are rotated.",
  "**.<bearer>.tokens.[]":
    "`sha256:` and the hash of a token, as `drover clients token` prints it. Never the token itself.",
  "clients.*.allow": "What it may ask for, see and change. `*` stands for any characters.",
  "clients.*.allow.sources": "Sources of requests.",
  "clients.*.allow.sources.[]": "A pattern such as /ci/*.",
  "clients.*.allow.types": "Types of requests.",
  "clients.*.allow.types.[]": "A pattern such as drover.*.deploy.",
  "clients.*.allow.connections": "Connections.",
  "clients.*.allow.connections.[]": "A pattern such as prod-*.",
  "clients.*.allow.actions": "What it may do.",
  "clients.*.allow.actions.[]": "One action.",
  "clients.*.requestsPerMinute": "More are answered 429; other clients are not held up.",
  approvals:
    "Requests that begin only once another client than the one that asked has approved them. Unless a rule names drover.azure-dps.delete-service, one for it is added.",
  "approvals.[]": "One rule.",
  "approvals.[].types": "Types of requests.",
  "approvals.[].types.[]": "A pattern such as drover.*.deploy.",
  "approvals.[].connections": "Connections; default all.",
  "approvals.[].connections.[]": "A pattern such as prod-*.",
  withoutApproval: "Types of requests that begin without approval, whatever `approvals` says.",
  "withoutApproval.[]": "A pattern such as drover.azure-dps.delete-service.",
  sinks: "Receivers of events over HTTP, by name.",
  "sinks.*": "One receiver.",
  "sinks.*.url": uri("Where events are posted to: https, or http on loopback."),
  "sinks.*.secrets": "Secrets of Standard Webhooks that sign each delivery; several while they are rotated.",
  "sinks.*.secrets.[]": reference,
  "sinks.*.events": "Types of events; default all.",
  "sinks.*.events.[]": "A pattern such as drover.operation.*.",
  "sinks.*.connections": "Connections; default all.",
  "sinks.*.connections.[]": "A pattern such as prod-*.",
  "sinks.*.types": "Types of requests; default all.",
  "sinks.*.types.[]": "A pattern such as drover.heat.*.",
  "sinks.*.contentMode": "Of CloudEvents over HTTP: the event as the body, or its attributes as headers.",
  "sinks.*.allowPrivateAddresses": "Whether the URL may lead to a private network. Link-local addresses never may.",
  "sinks.*.timeout": duration("Longest time of one delivery."),
};

const dpsConnection: Texts = {
  "**.<azure-dps>": "Device Provisioning Services of one Azure subscription.",
  "**.<azure-dps>.subscriptionId": "The Azure subscription.",
  "**.<azure-dps>.apiVersion": "As in Azure's documentation. Older ones do not show what newer ones can set.",
  "**.<azure-dps>.endpoint": uri("Base URL of Azure Resource Manager; https, or http on loopback for the emulator."),
  "**.<azure-dps>.credential": "How Drover logs in.",
  "**.<azure-dps>.dataPlane": "Where the services themselves are reached, to try keys out.",
  "**.<azure-dps>.dataPlane.suffix": "What follows a service's name in its host; another one in sovereign clouds.",
  "**.<azure-dps>.dataPlane.endpoint": uri("Where all such hosts are reached instead: an emulator."),
  "**.<azure-dps>.dataPlane.check":
    "`signed-call` tries a new key out; `none` where the services cannot be reached from here.",
  "**.<azure-dps>.secrets":
    "Secrets of the vault that requests may name: hubs' connection strings, keys of policies and of CAs. `*` stands for any characters.",
  "**.<azure-dps>.secrets.[]": "A name or a pattern such as dps-*.",
};

const heatConnection: Texts = {
  "connections.*.<1>": "An OpenStack Heat, in one of its flavours.",
  "**.<heat>": "A Heat of that flavour, in one project and region.",
  "**.<heat>.flavour":
    "Whose Heat it is: `openstack`, `otc` (Open Telekom Cloud, Resource Template Service) or `rackspace`.",
  "**.<heat>.region": "Region of the catalogue's entries, such as RegionOne, eu-de or DFW.",
  "**.<heat>.endpoint": uri("Heat's URL, project included, where the catalogue's is not to be used."),
  "**.<heat>.authUrl": uri(
    "The identity service, version included: Keystone v3 such as https://keystone.example:5000/v3, Rackspace Identity v2.0.",
  ),
  "**.<heat>.interface": "Which of the catalogue's endpoints is used.",
  "**.<heat>.stackUserProjects":
    "Projects that a request may open its deployment to by `stack_user_project_id`, which grants them read and write.",
  "**.<heat>.stackUserProjects.[]": "Id of one project.",
  "**.<heat>.inputSecrets":
    "Secrets that requests may name as values of inputs. Heat stores them, and shows them to whoever may read the config.",
  "**.<heat>.inputSecrets.[]": reference,
  "**.<heat>.tempUrl":
    "Object store with a key for signed URLs, where servers put their answers for the completion `temp-url`.",
  "**.<heat>.tempUrl.container": "Container for the answers.",
  "**.<heat>.tempUrl.key": reference,
  "**.<heat>.tempUrl.digest": "What signs a URL; `sha1` only for a store that takes nothing newer.",
  "**.<heat>.tempUrl.endpoint": uri("The object store's URL, account included, instead of the catalogue's."),
  "**.<heat>.credential": "How Drover logs in.",
  "**.<password>": "A user with a password.",
  "**.<password>.user": "Name of the user.",
  "**.<password>.userId": "Id of the user, instead of its name.",
  "**.<password>.domain": "Name of the domain that user and project belong to.",
  "**.<password>.domainId": "Id of that domain, instead of its name.",
  "**.<password>.project": "Name of the project.",
  "**.<password>.projectId": "Id of the project, instead of its name.",
  "**.<password>.password": reference,
  "**.<application-credential>": "A Keystone application credential, which carries its own project.",
  "**.<application-credential>.id": "Id of the application credential.",
  "**.<application-credential>.secret": reference,
  "**.<api-key>": "A Rackspace user with an API key.",
  "**.<api-key>.user": "Name of the user.",
  "**.<api-key>.apiKey": reference,
};

const awsConnections: Texts = {
  "**.<aws-panorama>":
    "Appliances of AWS Panorama in one account and region. AWS withdrew its public service on 2026-05-31: for a compatible endpoint only.",
  "**.<aws-panorama>.endpoint": uri(
    "Base URL of a compatible service; https, or http on loopback for the emulator. AWS's own was withdrawn on 2026-05-31, so there is no default.",
  ),
  "**.<aws-panorama>.region": "Region that requests are signed for, such as eu-west-1.",
  "**.<aws-panorama>.credential": "Whose signature requests carry.",
  "**.<aws-panorama>.limits":
    "What the connection may be burdened with, by all operations together. The service allows one change a second.",
  "**.<aws-iot>": "Fleet provisioning of AWS IoT Core in one account and region.",
  "**.<aws-iot>.region": "Region, such as eu-central-1.",
  "**.<aws-iot>.endpoint": uri("The service's base URL, when it is not the region's own."),
  "**.<aws-iot>.credential": "Whose signature requests carry.",
  "**.<aws-iot>.templates":
    "Provisioning templates that requests may name: whoever has a claim for one can register devices with it.",
  "**.<aws-iot>.templates.[]": "A name, or a pattern such as gateways-*.",
};

const timeZone = "Time zone of the IANA database, such as Europe/Berlin.";
const timeOfDay = (description: string): string => `${description} Hours and minutes, such as 02:00.`;
const schedules: Texts = {
  schedules: "Requests that Drover submits by itself, on time.",
  "schedules.[]": "One of them, with `every` or with `cron`.",
  "schedules.[].name": "Name of its own. It is part of the key of each run, with the due date.",
  "schedules.[].every": duration("From one due date to the next; whole days keep their time of day in `timeZone`."),
  "schedules.[].start":
    "First due date of `every`. Default: one interval after the schedule was first seen. Date and time with an offset.",
  "schedules.[].cron": "Due dates as five fields: minute, hour, day of the month, month, day of the week.",
  "schedules.[].timeZone": timeZone,
  "schedules.[].window":
    "When a run may begin: what comes due outside waits for the next opening. Several that wait for one opening run once.",
  "schedules.[].window.days": "Days on which it opens; default: every day.",
  "schedules.[].window.days.[]": "One day of the week.",
  "schedules.[].window.from": timeOfDay("When it opens."),
  "schedules.[].window.to": timeOfDay("When it closes; at or before `from`: on the next day."),
  "schedules.[].window.timeZone": timeZone,
  "schedules.[].jitter": duration("A run begins up to this much later: always the same for one due date."),
  "schedules.[].missed":
    "What becomes of due dates that nobody was there for: `run-once` makes up for all of them with one run, `skip` leaves them out.",
  "schedules.[].enabled": "False: nothing comes due; it can still be run by hand.",
  "schedules.[].request": "What is asked for each time.",
  "schedules.[].request.<0>":
    "File with the request, relative to this file. Its `specversion`, `id`, `source` and `time` are left out: each run has its own.",
  "schedules.[].request.<1>": "The request itself.",
  "schedules.[].request.<1>.type": "Type of the request.",
  "schedules.[].request.<1>.subject": "Subject of the request.",
  "schedules.[].request.<1>.data": "What the type of the request says.",
  "schedules.[].request.<1>.data.*": "One field of it.",
};

const publishTargets: Texts = {
  publishTargets: "Where keys are published for their consumers, by name. Requests name a target and a secret in it.",
  "publishTargets.*": "One target.",
  "**.<key-vault>": "An Azure Key Vault: a new version of a secret, with tags that say where it comes from.",
  "**.<key-vault>.url": uri("The vault's origin, such as https://fleet-keys.vault.azure.net."),
  "**.<key-vault>.credential": "How Drover logs in. It needs the role Key Vault Secrets Officer.",
  "**.<key-vault>.apiVersion": "Version of the vault's API.",
  "**.<secrets-manager>": "AWS Secrets Manager: a new current version of a secret that exists already.",
  "**.<secrets-manager>.region": "Region, such as eu-central-1.",
  "**.<secrets-manager>.endpoint": uri("The service's origin, when it is not the region's own."),
  "**.<secrets-manager>.credential": "Whose signature requests carry.",
  "**.<access-key>": "An access key of IAM.",
  "**.<access-key>.accessKeyId": "Its id.",
  "**.<access-key>.secretAccessKey": reference,
  "**.<access-key>.sessionToken": reference,
  "**.<environment>":
    "What AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN say where Drover runs: on Lambda those of its role.",
  "**.<local-vault>": "The vault of the machine that Drover runs on.",
  ...Object.fromEntries(
    ["key-vault", "secrets-manager", "local-vault"].flatMap((kind) => [
      [`**.<${kind}>.secrets`, "Secrets that requests may publish to; no other one is read or overwritten."],
      [`**.<${kind}>.secrets.[]`, "A name, or a pattern such as fleet-*."],
    ]),
  ),
};

/** A property without a text turns the test of the schemas red. */
export const annotations: Readonly<Record<string, Texts>> = {
  "drover.json": {
    $schema: "Where this schema is found, for editors.",
    version: "Version of this file's format.",
    platform: "The host that Drover runs on.",
    "platform.<local>": "One process on one machine, with SQLite.",
    "platform.<local>.dataFolder": "Folder of the ledger, queues, vault and handoffs, relative to this file.",
    "platform.<local>.concurrency": "Messages handled at the same time.",
    "platform.<local>.vaultKey":
      "What seals the vault: `env:NAME` or `file:path` of 32 bytes in base64. A key file in the data folder when absent.",
    "platform.<azure>":
      "Functions on Azure. Where their table, queues, topic and vault are stands in the app's settings, and how many run at once in host.json.",
    "platform.<aws>":
      "Functions on AWS Lambda. Their table, queues, bus and bucket stand in their environment; how many run at once, in their triggers.",
    connections: "Provider accounts by name. Requests name one of them.",
    "connections.*": "One provider account.",
    "**.kind": "Which kind it is; decides what else stands beside it.",
    "**.<azure-sphere>": "An Azure Sphere tenant.",
    "**.<azure-sphere>.api": "`legacy-v2` is the public API that retires on 27 September 2027.",
    "**.<azure-sphere>.endpoint": uri("Base URL of the API; https, or http on loopback for the emulator."),
    "**.<azure-sphere>.sphereTenantId": "The Azure Sphere tenant, not the Entra directory.",
    "**.<azure-sphere>.credential": "How Drover logs in.",
    ...heatConnection,
    ...dpsConnection,
    ...awsConnections,
    ...doors,
    ...schedules,
    ...publishTargets,
    "**.limits": "What the connection may be burdened with, by all operations together. No limit when absent.",
    "**.limits.inFlight": "Operations between their first effect and their end.",
    "**.limits.changesPerMinute": "Requests that change something, within any 60 seconds.",
    "**.pace": "Times that have a default for each provider. Shorter ones are for emulators and tests.",
    "**.pace.firstPoll": duration("Time until the first look at what was started."),
    "**.pace.maxPoll": duration("Longest time between two looks."),
    "**.pace.settling": duration(
      "After this time something that is not visible was not started. At least PT2M, except on loopback.",
    ),
    "**.pace.lookEvery": duration("Time between two looks for something whose answer was lost."),
    "**.pace.requestTimeout": duration("Longest time of one request that changes something."),
    "**.origins": "Further origins that credentials may be sent to, beside the endpoint and the login.",
    "**.origins.[]": uri("An origin such as https://host:port."),
    "**.<client-secret>": "An Entra application with a client secret.",
    "**.<client-secret>.directoryId": "The Entra directory (tenant) of the application.",
    "**.<client-secret>.clientId": "The application's client id.",
    "**.<client-secret>.secret": reference,
    "**.<managed-identity>": "The identity that Azure gives to the host.",
    "**.<managed-identity>.clientId": "Of a user-assigned identity; absent for the system-assigned one.",
    "**.authority": uri("Where tokens are issued, when it is not the public cloud's."),
    "**.scope": "Scope that tokens are asked for, when it is not the provider's usual one.",
    retention: "How long what has ended is remembered.",
    "retention.operations": duration("How long an ended operation is kept whole."),
    "retention.idempotency": duration(
      "How long the key of a request is remembered; more than 28 days, and longer than `operations`.",
    ),
    sweep: "The search for operations that are overdue.",
    "sweep.every": duration("Time between two sweeps."),
  },
  request: requestTexts,
  "event.json": eventTexts,
  "step-message.json": {
    v: "Version of this format.",
    operation: "Id of the operation.",
    step: "Name of the step that is to run.",
    seq: "Number of the ledger write that owes this message.",
    n: "Polls without a change since the operation entered this step.",
    attempt: "Tries of this step since its last success.",
    deadline: "Absolute deadline of the operation, in milliseconds since 1970.",
    traceparent: "W3C trace context.",
    wake: "Present when the sender had not sent what the row owes: the message proves nothing.",
  },
  "dead-letter.json": {
    v: "Version of this format.",
    queue: "Queue that the message came from.",
    id: "Id of the message.",
    body: "The message as it came; packed or cut where it is too large.",
    packed: "Whether `body` is deflated, in base64.",
    cut: "Whether `body` is a beginning only.",
    cause: "Why it was given up.",
    receives: "Deliveries until then.",
    at: "When it was given up, in milliseconds since 1970.",
  },
};
