import { inject, injectable } from 'inversify'
import { failureOf } from '../cli/failure.js'
import { problemWarnings } from '../cli/problem-warnings.js'
import { stripControl } from '../cli/render/strip-control.js'
import { visibleIn } from '../errors/visible-json.js'
import { Notices } from '../errors/notices.js'
import { Leases } from '../services/claims/leases.js'
import type { LogProblem } from '../log/event-log.js'
import { Scope } from '../services/scope.js'
import { EventStore } from '../store/event-store.js'
import type { Resolver } from '../token.js'
import { Workshop } from '../web/workshop.js'
import { holderOf } from '../workspace/holder.js'
import { ToolInput } from './tool-input.js'
import type { Place, Tool, ToolAnswer } from './tool.js'

/** Who calls, as far as the connection knows. */
export interface Caller {
  readonly actor: string | undefined
  /** Null over HTTP, where connections have no identity. */
  readonly session: string | null
}

/** The result of `tools/call`. A type, because the protocol's results may have more keys. */
export type ToolResult = {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
  isError?: true
}

/** Runs one tool as if it were a command of its own: same services, same rules, same records of refusals. */
@injectable()
export class CallTool {
  constructor(@inject(Workshop) private readonly workshop: Workshop) {}

  /** A refusal is a result, too: it has `isError`, the failure document and the next steps. */
  async call(
    name: string,
    tool: Tool,
    given: Readonly<Record<string, unknown>>,
    caller: Caller,
  ): Promise<ToolResult> {
    try {
      return await this.workshop.run(`mcp ${name}`, async (services) => {
        const store = await services.resolve(EventStore)
        const run = async (): Promise<ToolAnswer & { problems: readonly LogProblem[] }> => ({
          ...(await this.#answer(name, tool, given, caller, services)),
          problems: await store.problems(),
        })
        const { document, text, problems } = onlyReads(tool, given) ? await store.snapshot(run) : await run()
        const notices = await services.resolve(Notices)
        for (const warning of problemWarnings(problems)) notices.warn(warning)
        const warnings = notices.all.map((warning) => `Warning: ${warning}`)
        return {
          content: [{ type: 'text', text: stripControl([text, ...warnings].join('\n')) }],
          // The SDK encodes it, and leaves these characters as they are.
          structuredContent: visibleIn({ ...document, warnings: notices.all }),
        }
      })
    } catch (error) {
      return refusal(error)
    }
  }

  async #answer(
    name: string,
    tool: Tool,
    given: Readonly<Record<string, unknown>>,
    { actor, session }: Caller,
    services: Resolver,
  ): Promise<ToolAnswer> {
    const input = new ToolInput(name, given, Object.keys(tool.properties))
    const scope = await services.resolve(Scope)
    const key = tool.readOnly === true ? undefined : input.optional('key')
    const provenance = {
      ...scope.provenance({ actor, 'idempotency-key': key }),
      ...(session !== null && { session, correlationId: session }),
    }
    let place: Place | undefined
    const answer = await tool.answer({
      services,
      scope,
      input,
      provenance,
      place: async () => (place = await scope.place(input.text('wp'), input.optional('feature'))),
    })
    if (place !== undefined)
      await (await services.resolve(Leases)).renew(place.feature, place.workPackage, holderOf(provenance))
    return answer
  }
}

/** Whether every read of this call may share one look at the log. */
function onlyReads(
  { readOnly, streams, writesWith }: Tool,
  given: Readonly<Record<string, unknown>>,
): boolean {
  if (streams === true) return false
  if (readOnly === true) return true
  return writesWith !== undefined && (given[writesWith] ?? false) === false
}

function refusal(error: unknown): ToolResult {
  const { kind, message, next_steps, context } = failureOf(error).document
  return {
    isError: true,
    content: [
      {
        type: 'text',
        text: stripControl([`${kind}: ${message}`, ...next_steps.map(({ text }) => `-> ${text}`)].join('\n')),
      },
    ],
    structuredContent: visibleIn({ error: { kind, message, next_steps, context } }),
  }
}
