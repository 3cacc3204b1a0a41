// Command verdict asks BuildKit's own Dockerfile packages about files: paths on standard input, one a line; on
// standard output, in the same order, one JSON object a line: {"path", "layer", "error"}.
//
// "layer" is where BuildKit stopped: "parser" (lines, heredocs, directives), "instructions" (flags, arguments,
// stages), "solve" (the plan of the last stage, every image taken to be there and empty) or "" (accepted).
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
)

// emptyImages answers every image name with an image without configuration.
type emptyImages struct{}

func (emptyImages) ResolveImageConfig(_ context.Context, name string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config := []byte(`{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}`)
	return name, digest.FromBytes(config), config, nil
}

// nothing stands for the build context.
var nothing = llb.Scratch()

// everything a solver may be able to do.
var everything = pb.Caps.CapSet(pb.Caps.All())

type verdict struct {
	Path  string `json:"path"`
	Layer string `json:"layer"`
	Error string `json:"error"`
}

// ask runs BuildKit's layers in their order and names the first that refuses.
func ask(path string, data []byte) (answer verdict) {
	answer.Path = path
	defer func() {
		if crash := recover(); crash != nil {
			answer.Layer, answer.Error = "crash", fmt.Sprint(crash)
		}
	}()
	refused := func(layer string, err error) bool {
		if err != nil {
			answer.Layer, answer.Error = layer, err.Error()
		}
		return err != nil
	}
	tree, err := parser.Parse(bytes.NewReader(data))
	if refused("parser", err) {
		return answer
	}
	_, _, err = instructions.Parse(tree.AST, nil)
	if refused("instructions", err) {
		return answer
	}
	_, err = dockerfile2llb.Dockerfile2LLB(context.Background(), data, dockerfile2llb.ConvertOpt{MetaResolver: emptyImages{}, MainContext: &nothing, LLBCaps: &everything})
	refused("solve", err)
	return answer
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		data, err := os.ReadFile(lines.Text())
		if err == nil {
			err = out.Encode(ask(lines.Text(), data))
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}
