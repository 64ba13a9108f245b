"""The rules, bans, and what is learned of spam."""
