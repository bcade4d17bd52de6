// Reads Kubernetes objects on standard input as one version's own types have them, and refuses what these do not know: a misspelt field, a word in place of a
// number, a value twice. Kinds of other operators are named and passed over. Ends with 1 where something was refused.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

type head struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

func typeOf(name string) interface{} {
	switch name {
	case "v1/ConfigMap":
		return &corev1.ConfigMap{}
	case "v1/Service":
		return &corev1.Service{}
	case "v1/ServiceAccount":
		return &corev1.ServiceAccount{}
	case "apps/v1/Deployment":
		return &appsv1.Deployment{}
	case "apps/v1/StatefulSet":
		return &appsv1.StatefulSet{}
	case "batch/v1/Job":
		return &batchv1.Job{}
	case "autoscaling/v2/HorizontalPodAutoscaler":
		return &autoscalingv2.HorizontalPodAutoscaler{}
	case "networking.k8s.io/v1/Ingress":
		return &networkingv1.Ingress{}
	case "networking.k8s.io/v1/NetworkPolicy":
		return &networkingv1.NetworkPolicy{}
	case "policy/v1/PodDisruptionBudget":
		return &policyv1.PodDisruptionBudget{}
	}
	return nil
}

func main() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	good, bad := 0, 0
	for _, document := range bytes.Split(text, []byte("\n---")) {
		var said head
		if err := yaml.Unmarshal(document, &said); err != nil {
			fmt.Println("refused:", err)
			bad++
			continue
		}
		if said.Kind == "" {
			continue
		}
		into := typeOf(said.APIVersion + "/" + said.Kind)
		if into == nil {
			fmt.Println("of an operator:", said.APIVersion, said.Kind)
			continue
		}
		if err := yaml.UnmarshalStrict(document, into); err != nil {
			fmt.Println("refused:", said.Kind, err)
			bad++
			continue
		}
		good++
	}
	fmt.Println("read:", good)
	if bad > 0 {
		os.Exit(1)
	}
}
