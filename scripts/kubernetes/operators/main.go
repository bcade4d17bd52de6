// Reads Kubernetes objects on standard input as the API server reads those of operators: by the schemas of their CustomResourceDefinitions, the files that are
// named. Refuses what they refuse, and fields that they do not know, which the server would leave out. Objects that no definition is for are named and passed
// over. Ends with 1 where something was refused.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// One version of one kind.
type definition struct {
	structural *schema.Structural
	validator  validation.SchemaValidator
}

func definitionsOf(path string, into map[string]definition) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, document := range bytes.Split(text, []byte("\n---")) {
		var said v1.CustomResourceDefinition
		if err := yaml.Unmarshal(document, &said); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if said.Kind != "CustomResourceDefinition" {
			continue
		}
		for _, version := range said.Spec.Versions {
			if !version.Served || version.Schema == nil {
				continue
			}
			var own apiextensions.JSONSchemaProps
			if err := v1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &own, nil); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			structural, err := schema.NewStructural(&own)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			validator, _, err := validation.NewSchemaValidator(&own)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			into[said.Spec.Group+"/"+version.Name+"/"+said.Spec.Names.Kind] = definition{structural, validator}
		}
	}
	return nil
}

// What the API server would say against an object, in its order: unknown fields, defaults, the schema, lists, rules.
func (one definition) against(object map[string]interface{}) []string {
	var said []string
	unknown := pruning.PruneWithOptions(object, one.structural, true, schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	for _, path := range unknown {
		said = append(said, "unknown field "+path)
	}
	defaulting.Default(object, one.structural)
	for _, wrong := range validation.ValidateCustomResource(nil, object, one.validator) {
		said = append(said, wrong.Error())
	}
	for _, wrong := range listtype.ValidateListSetsAndMaps(nil, one.structural, object) {
		said = append(said, wrong.Error())
	}
	if rules := cel.NewValidator(one.structural, true, celconfig.PerCallLimit); rules != nil {
		wrongs, _ := rules.Validate(context.Background(), nil, one.structural, object, nil, celconfig.RuntimeCELCostBudget)
		for _, wrong := range wrongs {
			said = append(said, wrong.Error())
		}
	}
	return said
}

func main() {
	definitions := map[string]definition{}
	for _, path := range os.Args[1:] {
		if err := definitionsOf(path, definitions); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	read, bad := 0, 0
	for _, document := range bytes.Split(text, []byte("\n---")) {
		var object map[string]interface{}
		// As the API server reads numbers: whole ones are no floats, which rules tell apart.
		json, err := yaml.YAMLToJSONStrict(document)
		if err == nil {
			err = utiljson.Unmarshal(json, &object)
		}
		if err != nil {
			fmt.Println("refused:", err)
			bad++
			continue
		}
		if object["kind"] == nil {
			continue
		}
		name := fmt.Sprint(object["apiVersion"], "/", object["kind"])
		one, known := definitions[name]
		if !known {
			fmt.Println("no definition:", name)
			continue
		}
		wrongs := one.against(object)
		for _, wrong := range wrongs {
			fmt.Println("refused:", name, wrong)
		}
		if len(wrongs) > 0 {
			bad++
			continue
		}
		fmt.Println("taken:", name)
		read++
	}
	fmt.Println("read:", read)
	if bad > 0 {
		os.Exit(1)
	}
}
