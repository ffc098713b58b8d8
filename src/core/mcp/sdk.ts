/** The one door to the SDK. The build makes a file of its own of it, so that no other command loads it. */
import { Server } from '@modelcontextprotocol/server'

export {
  CLIENT_INFO_META_KEY,
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server'
export { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio'

/**
 * The protocol without the SDK's tool registry, which would turn our schemas into longer ones, check arguments in words
 * of its own, and leave subscriptions to clients of the 2025 protocol out.
 */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated except for uses such as this one
export class ProtocolServer extends Server {}
