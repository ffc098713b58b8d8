const TAG = /^size:(.*)$/

/** Points a tag stands for: undefined for any other tag, null for one that says no size. */
export function sizeOf(tag: string): number | null | undefined {
  const text = TAG.exec(tag)?.[1]
  if (text === undefined) return undefined
  return /^[1-9]\d{0,2}$/.test(text) ? Number(text) : null
}
