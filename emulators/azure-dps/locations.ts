/** `East US` and `eastus` are the same place; answers have the second form. */
export function normalLocation(text: string): string {
  return text.replaceAll(" ", "").toLowerCase();
}
