/** Only oclif's user agent names WSL. */
exports.isWsl = false
