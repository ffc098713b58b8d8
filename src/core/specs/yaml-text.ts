/** YAML that kitty writes: one key per line, text in double quotes if it could be read as something else. */

type YamlValue = string | number | boolean | readonly string[]

/** Plain words that every version of YAML reads as text. */
const PLAIN = /^(?!(?:true|false|yes|no|on|off|null|y|n|~)$)[A-Za-z_][\w./@+ -]*(?<! )$/i

/** Writes `key: value` lines, with lists in flow style on one line. */
export function yamlBlock(values: Readonly<Record<string, YamlValue>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${yamlValue(value)}\n`)
    .join('')
}

function yamlValue(value: YamlValue): string {
  if (typeof value === 'string') return yamlText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return `[${value.map(yamlText).join(', ')}]`
}

function yamlText(text: string): string {
  return PLAIN.test(text) && !/^[\d.]+$/.test(text) ? text : yamlQuoted(text)
}

/** A JSON string is a YAML string in double quotes, except for DEL, C1 and the line ends that JSON leaves unescaped. */
export function yamlQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
