import { pathToFileURL } from 'node:url'

export async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  // Cast: every module is an object and may have a default export.
  return (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
}
