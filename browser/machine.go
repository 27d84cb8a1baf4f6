package browser

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"sync"
)

// thisMachine names the running system, the same in all its containers; empty where it does not tell. It is a hash, of which nothing
// can be read back.
var thisMachine = sync.OnceValue(func() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if boot = bytes.TrimSpace(boot); err != nil || len(boot) == 0 {
		return ""
	}
	sum := sha256.Sum256(boot)
	return hex.EncodeToString(sum[:8])
})
