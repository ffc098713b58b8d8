import { createHash } from 'node:crypto'

/** One file of the page, ready to be sent. */
export interface ShellFile {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
}

const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '': ['index.html', 'text/html; charset=utf-8'],
  'app.js': ['app.js', 'text/javascript; charset=utf-8'],
  'style.css': ['style.css', 'text/css; charset=utf-8'],
  'icon.svg': ['icon.svg', 'image/svg+xml'],
}

/** The page's own files, which hold no data of the repository. Each is read once; no other path reaches a file. */
export class ShellFiles {
  readonly #read = new Map<string, ShellFile>()

  /** @param readFile reads a file of dist/web by its name */
  constructor(private readonly readFile: (name: string) => Buffer) {}

  /** @param path relative to the board's address, without a leading slash */
  file(path: string): ShellFile | undefined {
    const known = this.#read.get(path)
    if (known !== undefined) return known
    const [name, type] = (Object.hasOwn(FILES, path) ? FILES[path] : undefined) ?? []
    if (name === undefined || type === undefined) return undefined
    const bytes = this.readFile(name)
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    const file = { type, bytes, etag }
    this.#read.set(path, file)
    return file
  }
}
