import { Socket } from 'node:net'
import type { ClientConfig } from 'pg'
import { isKittyError } from '../errors/kitty-error.js'
import type { Hub } from './hub.js'
import type { HubHost } from '../workspace/hub-setting.js'
import { type HubAddress, type HubLogin, tlsFor } from './hub-address.js'
import { HubConnection } from './hub-connection.js'
import { hubFailure, type HubPlace, tooOld, unreachable } from './hub-failure.js'
import { firstOf, primaryTimeline, type ServerState } from './hub-hosts.js'
import { PostgresHub } from './postgres-hub.js'

export interface HubConnectOptions extends HubLogin {
  /** Milliseconds for everything until the hub is ready. */
  readonly within: number
  /** The highest timeline this clone has seen: a server below it is a former primary, and is passed over. */
  readonly timeline: number
  /** A file of certificate authorities in PEM, in place of Node's own. */
  readonly authorities?: string | undefined
}

interface HubVersion extends ServerState {
  readonly functions: readonly number[]
}

/**
 * Connects to the first host that is a primary of the newest timeline, and calls the hub's functions.
 * @throws KittyError HubUnreachable, HubDenied, HubTooOld
 */
export async function connectHub(address: HubAddress, options: HubConnectOptions): Promise<Hub> {
  const until = performance.now() + options.within
  return firstOf(address.hosts, (host, hostsLeft) => {
    const left = (until - performance.now()) / hostsLeft
    if (left < 1) throw unreachable(`${host.host}:${host.port} was not asked, for lack of time`)
    return connectTo(host, address, { ...options, within: left })
  })
}

async function connectTo(host: HubHost, address: HubAddress, options: HubConnectOptions): Promise<Hub> {
  const { Client } = await import('#pg')
  const socket = new Socket()
  const client = new Client({ ...configOf(host, address, options), stream: () => socket })
  const place: HubPlace = {
    server: `${host.host}:${host.port}`,
    database: address.database,
    user: client.user ?? 'unknown',
  }
  const connection = new HubConnection(client, socket, place)
  connection.allow(options.within)
  try {
    await connection.connect()
    const rows = await connection.query<{ version: HubVersion }>('SELECT kitty.hub_version() AS version', [])
    const { timeline, functions } = checked(rows[0]?.version, place, options.timeline)
    connection.allow(Infinity)
    return new PostgresHub(connection, address.repo, timeline, functions)
  } catch (error) {
    socket.destroy()
    throw isKittyError(error) ? error : hubFailure(error, place)
  }
}

function configOf({ host, port }: HubHost, address: HubAddress, options: HubConnectOptions): ClientConfig {
  const { user, password, within, authorities } = options
  return {
    host,
    port,
    database: address.database,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ssl: tlsFor(host, authorities),
    connectionTimeoutMillis: Math.ceil(within),
    application_name: 'kitty',
    // Queries that do not wait for each other share one round trip.
    pipeline: true,
  }
}

/** @throws KittyError HubUnreachable for a standby or a former primary, HubTooOld */
function checked(version: HubVersion | undefined, place: HubPlace, least: number): Checked {
  const timeline = primaryTimeline(version, place, least)
  const functions = version?.functions ?? []
  if (!functions.includes(1)) throw tooOld(functions, place)
  return { timeline, functions }
}

interface Checked {
  readonly timeline: number
  readonly functions: readonly number[]
}
