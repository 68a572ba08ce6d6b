/** Characters that fit into an id beside a schedule's name. */
export const keyPattern = /^[\x21-\x7e]{1,128}$/;
