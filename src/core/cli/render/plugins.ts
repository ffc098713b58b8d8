import type { AdmittedPlugin } from '../../plugin/host/admission.js'
import { paint, type Style } from '../style.js'

/** What came with a plugin, and what it costs. */
export function renderAdmitted(plugins: readonly AdmittedPlugin[], style: Style): string {
  return plugins.flatMap((plugin) => linesOf(plugin, style)).join('\n')
}

function linesOf({ name, version, commands, has_manifest }: AdmittedPlugin, style: Style): string[] {
  const what = commands.length === 0 ? 'no commands' : commands.map((id) => `kitty ${id}`).join(', ')
  const slow =
    'It has no oclif.manifest.json, so that every command starts about 0.2 s later. Its author can add one: npx oclif manifest'
  return [`${name} ${version}: ${what}`, ...(has_manifest ? [] : [paint(slow, 'warn', style)])]
}
