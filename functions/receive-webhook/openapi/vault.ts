import { namesAnswer, removedAnswer, storedAnswer } from "../../../lib/contracts/answers/vault.ts";
import { type Area, json } from "./description.ts";

const elsewhere = "This platform has a vault of its own.";
const badName = "No name that a secret can have.";

export const vaultDescriptions = {
  "GET /vault": {
    operationId: "listSecrets",
    summary: "List names of secrets",
    description: "Names only: no route answers a value.",
    tag: "Vault",
    answers: { 200: { description: "The names.", content: json(namesAnswer) } },
    problems: { 404: elsewhere },
  },
  "PUT /vault/:name": {
    operationId: "storeSecret",
    summary: "Store a secret",
    description: "The body is the secret as it is: UTF-8, at most 64 KiB. It replaces the one before.",
    tag: "Vault",
    body: { required: true, content: { "text/plain": { type: "string", description: "The secret." } } },
    answers: { 200: { description: "Stored.", content: json(storedAnswer) } },
    problems: { 404: elsewhere, 415: "text/plain was expected.", 422: `${badName} Or a secret that is empty.` },
  },
  "DELETE /vault/:name": {
    operationId: "removeSecret",
    summary: "Remove a secret",
    description: "What refers to it fails from now on.",
    tag: "Vault",
    answers: { 200: { description: "Removed.", content: json(removedAnswer) } },
    problems: { 404: `No secret under that name. Or: ${elsewhere}`, 422: badName },
  },
} as const satisfies Area;
