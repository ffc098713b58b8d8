/** The one door to the events library: nothing else in this program imports it. */
export * from 'kitty-events'
