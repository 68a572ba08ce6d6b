import type { Route } from "./call.ts";
import { checkName, listOperations, listSkus } from "./routes/catalogue.ts";
import {
  deleteCertificate,
  findCertificate,
  generateVerificationCode,
  listCertificates,
  putCertificate,
  verifyCertificate,
} from "./routes/certificates.ts";
import { findHub, listHubKeys, listHubKeysForName } from "./routes/iot-hubs.ts";
import { listKeys, listKeysForName, listMoreKeys } from "./routes/keys.ts";
import { operationResult, signedOperationResult } from "./routes/operation-results.ts";
import { patchService } from "./routes/patch-service.ts";
import { putService } from "./routes/put-service.ts";
import { deleteService, findService, listByGroup, listBySubscription } from "./routes/services.ts";

/** The eighteen operations of the contract, the signed form of one of them, and the three of IoT hubs that relinking needs. */
export const ROUTES: readonly Route[] = [
  listOperations,
  checkName,
  listBySubscription,
  listByGroup,
  deleteService,
  findService,
  patchService,
  putService,
  listCertificates,
  deleteCertificate,
  findCertificate,
  putCertificate,
  generateVerificationCode,
  verifyCertificate,
  listKeysForName,
  listKeys,
  listMoreKeys,
  operationResult,
  signedOperationResult,
  listSkus,
  findHub,
  listHubKeys,
  listHubKeysForName,
];
