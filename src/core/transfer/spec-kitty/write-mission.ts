/**
 * spec-kitty: writes a mission's folder that its tools can read: the packages' files, and their history as its event
 * log.
 */
import type { WorkflowTable } from '../../events-lib.js'
import type { ItemChange, TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { ulidOf } from '../../store/foreign-id.js'
import { isJson, type Json } from '../json.js'
import { foreignTags } from '../labels.js'
import { roleOf } from '../roles.js'
import { compareText, fileWords } from '../text.js'
import { yamlBlock } from '../../specs/yaml-text.js'
import { EXPORTED, nineLane, SEED } from './lanes.js'

export function writeSpecKitty(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  return document.features.flatMap((feature) => missionFiles(feature, table))
}

function missionFiles(feature: TransferFeature, table: WorkflowTable): WrittenFile[] {
  const folder = `kitty-specs/${feature.id}`
  const meta = {
    created_at: feature.createdAt ?? feature.items[0]?.createdAt ?? null,
    friendly_name: feature.title,
    mission_slug: feature.id,
    mission_type: feature.mission ?? 'software-dev',
    slug: feature.id,
    'kitty:workflow': table.name,
  }
  const lines = feature.items.flatMap((item) => historyLines(item, feature.id, table))
  lines.sort(
    (a, b) =>
      compareText(String(a['at']), String(b['at'])) ||
      compareText(String(a['event_id']), String(b['event_id'])),
  )
  return [
    { path: `${folder}/meta.json`, text: `${JSON.stringify(meta, null, 2)}\n` },
    { path: `${folder}/spec.md`, text: `# ${feature.title}\n` },
    {
      path: `${folder}/status.events.jsonl`,
      text: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    },
    ...feature.items.map((item) => ({
      path: `${folder}/tasks/${item.id}-${fileWords(item.title)}.md`,
      text: packageFile(item),
    })),
  ]
}

function packageFile(item: TransferItem): string {
  const tags = foreignTags(item.tags)
  const head = yamlBlock({
    work_package_id: item.id,
    title: item.title,
    dependencies: item.dependencies,
    subtasks: item.subtasks.map(({ id }) => id),
    ...(item.priority === null ? {} : { priority: item.priority }),
    ...(tags.length === 0 ? {} : { tags }),
  })
  return `---\n${head}---\n\n${item.body === '' ? `# ${item.title}` : item.body}\n`
}

function historyLines(item: TransferItem, mission: string, table: WorkflowTable): Json[] {
  const lines = item.changes.flatMap((change) => lineOf(change, item, mission, table))
  const isSeeded = item.changes.some((change) => change.kind === 'move' && change.from === 'genesis')
  return isSeeded ? lines : [seedOf(item, mission, table), ...lines]
}

/** Every spec-kitty package begins with this move, which only an imported history of kitty has. */
function seedOf(item: TransferItem, mission: string, table: WorkflowTable): Json {
  const at = item.createdAt ?? item.changes[0]?.at ?? '1970-01-01T00:00:00.000Z'
  const seed = {
    kind: 'move' as const,
    id: ulidOf(at, `${mission}\n${item.id}\ngenesis`),
    at,
    by: item.createdBy,
    from: 'genesis',
    to: table.initial,
    reason: null,
    force: false,
    evidence: null,
    review: null,
    actorInfo: null,
  }
  const base = { actor: item.createdBy ?? 'unknown', at, event_id: seed.id }
  return moveLine(seed, base, item.id, mission, table, { [SEED]: 1 })
}

function lineOf(change: ItemChange, item: TransferItem, mission: string, table: WorkflowTable): Json[] {
  const at = change.at ?? item.updatedAt ?? item.createdAt ?? '1970-01-01T00:00:00.000Z'
  const id = change.id ?? ulidOf(at, JSON.stringify([mission, item.id, change]))
  const base = { actor: change.by ?? 'unknown', at, event_id: id }
  const annotation = (delta: Json): Json[] => [{ ...base, delta, kind: 'annotation', wp_id: item.id }]
  switch (change.kind) {
    case 'note':
      return annotation({ note: change.text })
    case 'subtask':
      return annotation({ subtasks: { [change.subtask]: change.done ? 'done' : 'planned' } })
    case 'assign':
      return annotation(
        change.assignee === null
          ? { release_runtime_claim: true }
          : { assignee: change.assignee, ...bindingOf(change.actorInfo) },
      )
    case 'link':
      return annotation({ tracker_refs: [change.ref] })
    case 'move':
      return [moveLine(change, base, item.id, mission, table)]
  }
}

function moveLine(
  change: ItemChange & { readonly kind: 'move' },
  base: Json,
  id: string,
  mission: string,
  table: WorkflowTable,
  more: Json = {},
): Json {
  const nine = (lane: string): string => nineLane(roleOf(lane, table), lane)
  const [from, to] = [nine(change.from), nine(change.to)]
  const lanes = {
    ...(from === change.from ? {} : { 'kitty:from_lane': change.from }),
    ...(to === change.to ? {} : { 'kitty:to_lane': change.to }),
  }
  return {
    ...base,
    ...(change.actorInfo === null ? {} : { actor: structured(change.actorInfo, String(base['actor'])) }),
    evidence: evidenceOf(change.evidence),
    // spec-kitty requires one of two words here; kitty knows neither.
    execution_mode: 'worktree',
    force: change.force,
    from_lane: from,
    mission_slug: mission,
    policy_metadata: { [EXPORTED]: 1, ...lanes, ...more },
    reason: change.reason,
    ...reviewOf(change.review),
    to_lane: to,
    wp_id: id,
  }
}

/** spec-kitty accepts exactly these four keys. */
function structured(info: Readonly<Record<string, string>>, label: string): Json {
  return {
    model: info['model'] ?? null,
    profile: info['profile'] ?? null,
    role: info['role'] ?? null,
    tool: info['tool'] ?? label,
  }
}

function bindingOf(info: Readonly<Record<string, string>> | null): Json {
  if (info === null) return {}
  const { profile, role, model, provider } = info
  return {
    ...(role === undefined ? {} : { role }),
    ...(profile === undefined ? {} : { agent_profile: profile }),
    ...(model === undefined ? {} : { model }),
    ...(provider === undefined ? {} : { provider }),
  }
}

function evidenceOf(evidence: Json | null): Json | null {
  const repos = evidence?.['repos']
  if (evidence === null || !Array.isArray(repos)) return evidence
  // Cast: Array.isArray returns any[].
  const renamed = (repos as unknown[]).map((repo) => {
    if (!isJson(repo) || !Object.hasOwn(repo, 'files')) return repo
    const { files, ...rest } = repo
    return { ...rest, files_touched: files }
  })
  return { ...evidence, repos: renamed }
}

function reviewOf(review: Json | null): Json {
  if (review === null) return { review_ref: null }
  const { review_ref: ref, ...result } = review
  const isVerdict = Object.hasOwn(result, 'verdict') || Object.hasOwn(result, 'reviewer')
  return { review_ref: ref ?? result['reference'] ?? null, ...(isVerdict ? { review_result: result } : {}) }
}
