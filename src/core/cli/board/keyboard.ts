import { emitKeypressEvents } from 'node:readline'
import { PassThrough } from 'node:stream'
import type { Key } from './key.js'

const ESCAPE = '\u001b'
/** How long the rest of a key's sequence may take, in milliseconds. readline itself waits half a second. */
const ESCAPE_MS = 50

/** What node:readline says of a key. */
interface Keypress {
  readonly name?: string | undefined
  readonly ctrl?: boolean
  readonly meta?: boolean
}

/** Turns a terminal's bytes into keys, by node:readline. */
export class Keyboard {
  #stream: PassThrough | undefined
  #held: NodeJS.Timeout | undefined

  constructor(private readonly pressed: (key: Key) => void) {}

  feed(bytes: Buffer): void {
    const isHeld = this.#held !== undefined
    clearTimeout(this.#held)
    this.#held = undefined
    if (!isHeld && bytes.toString('latin1') === ESCAPE) {
      this.#held = setTimeout(() => this.#escape(), ESCAPE_MS)
      return
    }
    this.#stream ??= this.#decoder()
    this.#stream.write(isHeld ? Buffer.concat([Buffer.from(ESCAPE), bytes]) : bytes)
  }

  close(): void {
    clearTimeout(this.#held)
    this.#stream?.destroy()
  }

  /** Made with the first key: readline takes a while to load, and the first frame does not need it. */
  #decoder(): PassThrough {
    const stream = new PassThrough()
    emitKeypressEvents(stream)
    stream.on('keypress', (text: string | undefined, { name = '', ctrl = false, meta = false }: Keypress) => {
      // Alt with a letter arrives as Escape and that letter: it is neither of them.
      this.pressed({ name: meta ? '' : name, text: meta || ctrl ? '' : (text ?? ''), ctrl })
    })
    return stream
  }

  /** Nothing followed: the Escape key itself. */
  #escape(): void {
    this.#held = undefined
    this.pressed({ name: 'escape', text: '', ctrl: false })
  }
}
