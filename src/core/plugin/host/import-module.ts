import { pathToFileURL } from 'node:url'

/** Loads a plugin's module. */
export async function importModule(path: string): Promise<{ readonly default?: unknown }> {
  // A cast: every module is an object, and may have a default export.
  return (await import(pathToFileURL(path).href)) as { readonly default?: unknown }
}
