import { MemoryEventIndex } from '../../src/core/index/memory-event-index.js'
import { describeEventIndex } from './event-index.contract.js'

describeEventIndex('the index in memory', async () => new MemoryEventIndex())
