import { isNew, type Prepared } from "./baseline.ts";
import { type History, imageSet, type PastDeployment } from "./history.ts";

/** What a group's history says about a deployment whose answer was lost. */
export type Verdict =
  | { readonly kind: "found"; readonly deploymentId: string; readonly evidence: string }
  /** Nothing new at all. */
  | { readonly kind: "absent" }
  /** Something is new that is not ours, or cannot be told from ours. Ours may still come; but nothing here allows to repeat it. */
  | { readonly kind: "undecided"; readonly evidence: string }
  /** No further look will decide. */
  | { readonly kind: "ambiguous"; readonly evidence: string };

/**
 * Looks for the one new deployment of exactly these images. The API takes no key of ours, so that a deployment is known only by its
 * images and by having appeared after the request; somebody else's of the same images, in the same minutes, is taken for ours, and
 * has the same effect on every device.
 */
export function judge(history: History, images: readonly string[], prepared: Prepared, clockMarginMs: number): Verdict {
  const wanted = imageSet(images);
  const fresh = history.deployments.filter((past) => isNew(past, prepared));
  const same = fresh.filter((past) => past.images.size === wanted.size && wanted.isSubsetOf(past.images));
  const others = fresh.filter((past) => !same.includes(past));
  const timely = same.filter(({ atMs }) => atMs === undefined || atMs >= prepared.requestedAt - clockMarginMs);
  const [match, second] = timely;
  if (match !== undefined && second === undefined) {
    return { kind: "found", deploymentId: match.id, evidence: foundEvidence(match, others) };
  }
  if (match !== undefined)
    return { kind: "ambiguous", evidence: `Several new deployments of these images: ${list(timely)}` };
  if (same.length > 0) {
    return {
      kind: "undecided",
      evidence: `New deployment of these images, dated before the request: ${list(same)}; the clocks differ, or it is somebody else's`,
    };
  }
  if (others.length > 0) {
    return {
      kind: "undecided",
      evidence: `Superseded: other images were deployed to the group since: ${list(others)}`,
    };
  }
  if (!history.complete) return { kind: "ambiguous", evidence: "The group's history has more pages than are read" };
  return { kind: "absent" };
}

function foundEvidence(match: PastDeployment, others: readonly PastDeployment[]): string {
  const later = others.filter(({ atMs }) => atMs === undefined || match.atMs === undefined || atMs > match.atMs);
  const since = later.length === 0 ? "" : `; since then other images were deployed to the group: ${list(later)}`;
  return `Deployment ${match.id} has exactly the images asked for and appeared after the request${since}`;
}

function list(deployments: readonly PastDeployment[]): string {
  const shown = deployments.slice(0, 5).map(({ id, atMs, images }) => {
    const date = atMs === undefined ? "no readable date" : new Date(atMs).toISOString();
    return `${id} (${date}, ${images.size} image${images.size === 1 ? "" : "s"})`;
  });
  const more = deployments.length > shown.length ? ` and ${deployments.length - shown.length} more` : "";
  return `${shown.join(", ")}${more}`;
}
