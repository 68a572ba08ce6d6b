import * as z from "zod/mini";
import { aliveAnswer, healthAnswer } from "../../../lib/contracts/answers/health.ts";
import { component } from "../../../lib/contracts/described.ts";
import { type Area, json } from "./description.ts";

const document = component("OpenApiDocument", "An OpenAPI 3.1 document.", z.record(z.string(), z.unknown()));

export const healthDescriptions = {
  "GET /healthz": {
    operationId: "isAlive",
    summary: "Yes or no, for load balancers",
    description: "Says nothing else, to everybody.",
    tag: "Health",
    answers: {
      200: { description: "Changes can be written down.", content: json(aliveAnswer) },
      503: { description: "They cannot.", content: json(aliveAnswer) },
    },
  },
  "GET /openapi.json": {
    operationId: "readOpenApi",
    summary: "This document",
    description: "What this interface is, for programs.",
    tag: "Health",
    answers: { 200: { description: "The document.", content: json(document) } },
  },
  "GET /health": {
    operationId: "readHealth",
    summary: "How this Drover is, and why",
    description: "For operators. Answered with 200 also when something is wrong: see `status`.",
    tag: "Health",
    answers: { 200: { description: "How it is.", content: json(healthAnswer) } },
  },
  "GET /metrics": {
    operationId: "readMetrics",
    summary: "Figures for Prometheus",
    description: "In Prometheus' text format 0.0.4.",
    tag: "Health",
    answers: {
      200: {
        description: "The figures.",
        headers: { "cache-control": "Always `no-store`." },
        content: { "text/plain": { type: "string", description: "Figures, one a line." } },
      },
    },
    problems: { 404: "This platform sends its metrics instead." },
  },
} as const satisfies Area;
