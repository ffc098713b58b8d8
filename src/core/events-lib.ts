/** The only module that imports the events library. */
export * from 'kitty-events'
