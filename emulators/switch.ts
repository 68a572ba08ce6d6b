/** A script or fault that was added: take it away again, or ask how often it was used. */
export interface Switch {
  remove(): void;
  hits(): number;
}
