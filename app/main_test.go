package app

import (
	"testing"

	"chatd/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }
