import type { InspectedPlugin, PluginFacts } from '../../plugin/host/plugin-facts.js'
import type { AdmittedPlugin } from '../../plugin/host/admission.js'
import { paint, type Style } from '../style.js'
import { plainLines } from './plain-lines.js'

/** The commands that each plugin adds, and what they cost. */
export function renderAdmitted(plugins: readonly AdmittedPlugin[], style: Style): string {
  return plainLines(plugins.flatMap((plugin) => linesOf(plugin, style)))
}

function linesOf({ name, version, commands, has_manifest }: AdmittedPlugin, style: Style): string[] {
  const what = commands.length === 0 ? 'no commands' : commands.map((id) => `kitty ${id}`).join(', ')
  const slow =
    'It has no oclif.manifest.json, so that every command starts about 0.2 s later. Its author can add one: npx oclif manifest'
  return [`${name} ${version}: ${what}`, ...(has_manifest ? [] : [paint(slow, 'warn', style)])]
}

/** One line per plugin. */
export function renderPlugins(plugins: readonly PluginFacts[]): string {
  if (plugins.length === 0) return 'No plugins are installed.'
  return plainLines(
    plugins.map(({ name, version, type, source, root }) =>
      `${name} ${version ?? '(its package.json cannot be read)'}  ${type === 'link' ? `linked from ${root}` : (source ?? '')}`.trimEnd(),
    ),
  )
}

export function renderInspected(plugin: InspectedPlugin): string {
  const { commands, dependencies, root } = plugin
  const needed = Object.entries(dependencies).map(([name, range]) => `${name} ${range}`)
  return plainLines([
    renderPlugins([plugin]),
    `folder    ${root}`,
    `commands  ${commands === null ? 'not known: it has no oclif.manifest.json' : commands.map((id) => `kitty ${id}`).join(', ') || 'none'}`,
    `needs     ${needed.join(', ') || 'nothing'}`,
  ])
}
