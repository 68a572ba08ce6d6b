/** TypeScript 6 as a library; it brings no command that would hide the compiler's. */
export { ts as default } from "@ts-morph/common";
