import * as z from "zod/mini";
import {
  bounded,
  connectionLimits,
  endpoint,
  name,
  origins,
  pace,
  secretReferenceSchema,
  settlesLongEnough,
} from "./parts.ts";

const projectId = z.string().check(z.minLength(1), z.maxLength(64));

/** Keystone v3. Users and projects are named within a domain, or by their ids. */
const passwordCredential = z
  .strictObject({
    kind: z.literal("password"),
    user: z.optional(bounded),
    userId: z.optional(bounded),
    /** Name of the domain of user and project. */
    domain: z.optional(bounded),
    domainId: z.optional(bounded),
    project: z.optional(bounded),
    projectId: z.optional(projectId),
    password: secretReferenceSchema,
  })
  .check(
    z.refine(({ user, userId }) => (user === undefined) !== (userId === undefined), {
      message: "expected either user or userId",
      path: ["user"],
    }),
    z.refine(({ project, projectId }) => (project === undefined) !== (projectId === undefined), {
      message: "expected either project or projectId: without one the token has no project, and Heat refuses it",
      path: ["project"],
    }),
    z.refine(
      ({ user, project, domain, domainId }) => {
        const named = user !== undefined || project !== undefined;
        return named ? (domain === undefined) !== (domainId === undefined) : true;
      },
      { message: "expected either domain or domainId: names of users and projects belong to one", path: ["domain"] },
    ),
  );

/** Carries its own project: no scope is sent with it. */
const applicationCredential = z.strictObject({
  kind: z.literal("application-credential"),
  id: bounded,
  secret: secretReferenceSchema,
});

const common = {
  kind: z.literal("heat"),
  region: bounded,
  /** Heat's URL, project included, where the catalogue's is not to be used. */
  endpoint: z.optional(endpoint),
  origins,
  /** Projects that a request may open a deployment to by `stack_user_project_id`: it grants them read and write. */
  stackUserProjects: z.optional(z.array(projectId).check(z.maxLength(64))),
  /** Secrets that a request may name as values of inputs. The provider stores them, and shows them to whoever may read the config. */
  inputSecrets: z.optional(z.array(secretReferenceSchema).check(z.maxLength(64))),
  /** Where servers put their answers for the completion `temp-url`: an object store with a key for signed URLs. */
  tempUrl: z.optional(
    z.strictObject({
      container: name,
      key: secretReferenceSchema,
      digest: z._default(z.enum(["sha1", "sha256"]), "sha256"),
      /** The object store's URL, account included; default: the catalogue's. */
      endpoint: z.optional(endpoint),
    }),
  ),
  pace: z.optional(pace),
  limits: z.optional(connectionLimits),
};

const keystone = {
  ...common,
  /** Of Keystone v3, such as https://keystone.example:5000/v3. */
  authUrl: endpoint,
  interface: z._default(z.enum(["public", "internal", "admin"]), "public"),
  credential: z.discriminatedUnion("kind", [passwordCredential, applicationCredential]),
};

const openstack = z.strictObject({ flavour: z.literal("openstack"), ...keystone });
const otc = z.strictObject({ flavour: z.literal("otc"), ...keystone });
const rackspace = z.strictObject({
  flavour: z.literal("rackspace"),
  ...common,
  /** Of Identity v2.0. */
  authUrl: z._default(endpoint, "https://identity.api.rackspacecloud.com/v2.0"),
  credential: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("api-key"), user: bounded, apiKey: secretReferenceSchema }),
    z.strictObject({ kind: z.literal("password"), user: bounded, password: secretReferenceSchema }),
  ]),
});

export const heatConnectionSchema = z.discriminatedUnion("flavour", [openstack, otc, rackspace]).check(
  z.refine(({ authUrl, pace }) => settlesLongEnough(authUrl, pace?.settling), {
    message: "expected at least PT2M (less only for an authUrl on loopback)",
    path: ["pace", "settling"],
  }),
);
export type HeatConnection = z.output<typeof heatConnectionSchema>;
